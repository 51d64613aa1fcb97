using System.Threading.Channels;

namespace RateLimited.Http.History.Tests.Recording;

/// <summary>A store in memory that can be made to fail.</summary>
internal sealed class HeldStore : IHistoryStore
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly Channel<IReadOnlyList<HistoryRecord>> _batches = Channel.CreateUnbounded<IReadOnlyList<HistoryRecord>>();

    public Exception? Fault { get; set; }

    /// <summary>All records that nobody has taken.</summary>
    public IReadOnlyList<HistoryRecord> TakeAll()
    {
        var all = new List<HistoryRecord>();
        while (_batches.Reader.TryRead(out var batch))
        {
            all.AddRange(batch);
        }

        return all;
    }

    /// <summary>The batches that nobody has taken.</summary>
    public int Count => _batches.Reader.Count;

    public async Task<IReadOnlyList<HistoryRecord>> NextAsync() => await _batches.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken);

    public ValueTask AppendAsync(IReadOnlyList<HistoryRecord> records, CancellationToken cancellationToken)
    {
        if (Fault is { } fault)
        {
            throw fault;
        }

        _batches.Writer.TryWrite(records);
        return ValueTask.CompletedTask;
    }

    public IAsyncEnumerable<HistoryRecord> ReadAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken) => throw new NotSupportedException();
}
