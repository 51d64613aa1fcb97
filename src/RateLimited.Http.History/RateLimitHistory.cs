using System.Runtime.CompilerServices;
using RateLimited.Http.History.Queries;
using RateLimited.Http.History.Recording;

namespace RateLimited.Http.History;

/// <summary>What is recorded of all services of one container. Resolve it from the container. Thread-safe.</summary>
public sealed class RateLimitHistory
{
    private readonly HistoryRecorder _recorder;
    private readonly IHistoryStore _store;

    internal RateLimitHistory(HistoryRecorder recorder, IHistoryStore store)
    {
        _recorder = recorder;
        _store = store;
    }

    /// <summary>How many refusals and minutes were not recorded since the program started: too much was pending, or nothing could be written.</summary>
    public long Dropped => _recorder.Dropped;

    /// <summary>Reads what was recorded, in the order in which it was; what is pending is written before.</summary>
    /// <param name="from">The first instant that is wanted.</param>
    /// <param name="to">The first instant that is not.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async IAsyncEnumerable<HistoryRecord> ReadAsync(DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await _recorder.FlushAsync(cancellationToken).ConfigureAwait(false);
        await foreach (var record in _store.ReadAsync(from, to, cancellationToken).ConfigureAwait(false))
        {
            yield return record;
        }
    }

    /// <summary>Reports on a day or a week; what is pending is written before.</summary>
    /// <param name="period">The day or the week.</param>
    /// <param name="presets">Which preset a service is compared with to say which tier would fit it; those that are not in it, with the preset of the service's own name, if there is one.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<HistoryReport> ReportAsync(ReportPeriod period, IReadOnlyDictionary<string, string>? presets = null, CancellationToken cancellationToken = default)
    {
        var tally = new HistoryTally(period);
        await foreach (var record in ReadAsync(HistoryReport.FirstOf(period), period.To, cancellationToken).ConfigureAwait(false))
        {
            tally.Add(record);
        }

        return tally.Report(presets);
    }

    /// <summary>Writes what is pending. What cannot be written is dropped and counted; this does not throw for it.</summary>
    /// <param name="cancellationToken">Waits no longer.</param>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task FlushAsync(CancellationToken cancellationToken = default) => _recorder.FlushAsync(cancellationToken);
}
