namespace RateLimited.Http.History;

/// <summary>
/// Where records are kept. By default a journal on disk; register another one with the container to keep them elsewhere. Implementations are thread-safe.
/// </summary>
public interface IHistoryStore
{
    /// <summary>
    /// Keeps records for good, or throws: then they are counted as dropped and not handed over again. Called off the requests' way, one batch at a time.
    /// </summary>
    /// <param name="records">The records, oldest first.</param>
    /// <param name="cancellationToken">The program is ending and waits no longer.</param>
    ValueTask AppendAsync(IReadOnlyList<HistoryRecord> records, CancellationToken cancellationToken);

    /// <summary>Reads what was kept, in the order in which it was.</summary>
    /// <param name="from">The first instant that is wanted.</param>
    /// <param name="to">The first instant that is not.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    IAsyncEnumerable<HistoryRecord> ReadAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken);
}
