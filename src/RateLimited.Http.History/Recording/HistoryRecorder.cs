using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using RateLimited.Http.History.Configuration;

namespace RateLimited.Http.History.Recording;

/// <summary>
/// Hears of refusals and writes what is pending, in batches, on a task of its own: whoever refuses only counts. What cannot be written is dropped and counted, and the next batch is tried again. Thread-safe.
/// </summary>
internal sealed class HistoryRecorder : IRefusalObserver, IDisposable
{
    private readonly PendingRecords _pending;
    private readonly Lazy<IHistoryStore> _store;
    private readonly HistorySettings _settings;
    private readonly TimeProvider _time;
    private readonly ILogger _log;

    // One word at most: whoever is woken takes all that is pending.
    private readonly Channel<bool> _enough = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly ITimer _timer;
    private Task _loop = Task.CompletedTask;
    private bool _isFailing;
    private int _hasToldOfFull;

    /// <param name="pending">What is to be written.</param>
    /// <param name="store">Where to; made when there is something, for limits are made of this recorder, and a store of the program's may itself need what is limited.</param>
    /// <param name="settings">How often it is written.</param>
    /// <param name="time">The time.</param>
    /// <param name="loggers">Where is said that it cannot be written.</param>
    public HistoryRecorder(PendingRecords pending, Lazy<IHistoryStore> store, HistorySettings settings, TimeProvider time, ILoggerFactory loggers)
    {
        (_pending, _store, _settings, _time) = (pending, store, settings, time);
        _log = loggers.CreateLogger(HistoryLog.Category);
        _timer = time.CreateTimer(static recorder => ((HistoryRecorder)recorder!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public long Dropped => _pending.Dropped;

    public void Refused(in RefusedRequest refused)
    {
        switch (_pending.Add(refused, _time.GetUtcNow()))
        {
            case Pending.Enough:
                _enough.Writer.TryWrite(true);
                break;
            case Pending.Dropped when Interlocked.Exchange(ref _hasToldOfFull, 1) == 0:
                HistoryLog.PendingFull(_log);
                break;
        }
    }

    /// <summary>Begins to write.</summary>
    public void Start()
    {
        _loop = Task.Run(WriteAsync);
        _timer.Change(_settings.Current.BatchInterval, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Writes what is pending, and no more after that.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _timer.DisposeAsync().ConfigureAwait(false);
        _enough.Writer.TryComplete();
#pragma warning disable VSTHRD003 // It was begun by Start, and waits for nobody else.
        await _loop.WaitAsync(cancellationToken).ConfigureAwait(false);
#pragma warning restore VSTHRD003
        await FlushAsync(cancellationToken, ending: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Writes what is pending. Whoever asks may wait no longer, and what is being written is written all the same.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task FlushAsync(CancellationToken cancellationToken) => FlushAsync(cancellationToken, CancellationToken.None);

    public void Dispose()
    {
        _timer.Dispose();
        _enough.Writer.TryComplete();
    }

    private async Task FlushAsync(CancellationToken waiting, CancellationToken ending)
    {
        await _writing.WaitAsync(waiting).ConfigureAwait(false);
        try
        {
            await WriteBatchAsync(ending).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    private void OnTimer()
    {
        _enough.Writer.TryWrite(true);
        _timer.Change(_settings.Current.BatchInterval, Timeout.InfiniteTimeSpan);
    }

    private async Task WriteAsync()
    {
        await foreach (var _ in _enough.Reader.ReadAllAsync().ConfigureAwait(false))
        {
            await FlushAsync(CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async Task WriteBatchAsync(CancellationToken cancellationToken)
    {
        var batch = _pending.Take();
        if (batch.Records.Count == 0 && batch is { LostRefusals: 0, LostMinutes: 0 })
        {
            return;
        }

        try
        {
            await _store.Value.AppendAsync(WithLoss(batch), cancellationToken).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // A store may be anybody's, and nothing that is only watched may end the task that writes.
        catch (Exception fault)
#pragma warning restore CA1031
        {
            _pending.Lose(batch);
            if (!_isFailing)
            {
                _isFailing = true;
                HistoryLog.RecordingLost(_log, fault is IOException or UnauthorizedAccessException ? fault.Message : fault.GetType().Name);
            }

            cancellationToken.ThrowIfCancellationRequested();
            return;
        }

        if (_isFailing)
        {
            _isFailing = false;
            HistoryLog.RecordingFound(_log, batch.LostRefusals, batch.LostMinutes);
        }

        Volatile.Write(ref _hasToldOfFull, 0);
    }

    private IReadOnlyList<HistoryRecord> WithLoss(in RecordBatch batch) => batch is { LostRefusals: 0, LostMinutes: 0 }
        ? batch.Records
        : [.. batch.Records, new LossRecord { At = _time.GetUtcNow(), Refusals = batch.LostRefusals, Minutes = batch.LostMinutes }];
}
