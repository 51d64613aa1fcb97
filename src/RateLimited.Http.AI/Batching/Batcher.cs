using RateLimited.Http.Admission;

namespace RateLimited.Http.AI.Batching;

/// <summary>
/// Collects items of many callers into few calls, for any API that takes several at once, and gives each caller the result of its own item. Batches are bounded in items, bytes and cost; an item waits for company no
/// longer than <see cref="BatcherOptions{TIn}.MaxDelay"/>. A caller that leaves hurts nobody else: its item is taken out where it has not been sent, and a call is cancelled when nobody waits for any of its items.
/// Make one for the life of the program. Thread-safe.
/// </summary>
/// <typeparam name="TIn">An item.</typeparam>
/// <typeparam name="TOut">What an item becomes.</typeparam>
public sealed partial class Batcher<TIn, TOut> : IAsyncDisposable, IDisposable
{
    private readonly Lock _gate = new();
    private readonly BatchCall<TIn, TOut> _call;
    private readonly BatcherRules<TIn> _rules;
    private readonly MonotonicClock _clock;
    private readonly BatchSchedule _schedule;
    private readonly HashSet<Batch> _underWay = [];
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ITimer _timer;
    private long? _timerDue;
    private bool _isDisposed;

    /// <summary>Makes a batcher.</summary>
    /// <param name="call">Makes one batch call.</param>
    /// <param name="options">When a batch goes and what may be in it.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something is wrong in the options; it holds all faults.</exception>
    public Batcher(BatchCall<TIn, TOut> call, BatcherOptions<TIn> options)
        : this(call, options, TimeProvider.System)
    {
    }

    /// <summary>Makes a batcher that runs on a clock of its own.</summary>
    /// <param name="call">Makes one batch call.</param>
    /// <param name="options">When a batch goes and what may be in it.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something is wrong in the options; it holds all faults.</exception>
    public Batcher(BatchCall<TIn, TOut> call, BatcherOptions<TIn> options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(call);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        _call = call;
        _rules = new BatcherRules<TIn>(options);
        _clock = new MonotonicClock(time);
        _schedule = new BatchSchedule(_rules.Bounds);

        _timer = time.CreateTimer(static batcher => ((Batcher<TIn, TOut>)batcher!).OnTimer(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>How many items have a place in line now. Those in calls that are under way do not count.</summary>
    public int Queued
    {
        get
        {
            lock (_gate)
            {
                return _schedule.Queued;
            }
        }
    }

    internal int Together => _rules.Bounds.Together;

    /// <summary>Sends an item with others and waits for its own result.</summary>
    /// <param name="item">The item.</param>
    /// <param name="cancellationToken">Leaves. An item that has not been sent is not sent then.</param>
    /// <returns>What the item became. A task that fails has the failure of this item, or that of the call it was in.</returns>
    /// <exception cref="BatchRejectedException">The item is too large, the line is full, or the batcher was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public Task<TOut> RunAsync(TIn item, CancellationToken cancellationToken = default) => Submit([(item, cancellationToken)])[0].ResultAsync();

    /// <summary>
    /// Sends items and waits for all of their results. They come into line together, so that their batches are full; with <see cref="BatchOverflow.Wait"/> they are asked for only as fast as there are places, a batch ahead.
    /// </summary>
    /// <param name="items">The items; enumerated once.</param>
    /// <param name="cancellationToken">Leaves with all items.</param>
    /// <returns>One result for each item, in their order: its value or its failure.</returns>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    public async Task<IReadOnlyList<BatchResult<TOut>>> RunAllAsync(IEnumerable<TIn> items, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(items);
        cancellationToken.ThrowIfCancellationRequested();
        List<BatcherItem<TIn, TOut>> all = [];
        try
        {
            foreach (var some in items.Chunk(_rules.Bounds.Together))
            {
                var entering = Submit(Array.ConvertAll(some, static value => (value, CancellationToken.None)));
                all.AddRange(entering);
                await EnteredAsync(entering).WaitAsync(cancellationToken).ConfigureAwait(false);
            }

            Task whole = Task.WhenAll(all.ConvertAll(static item => item.ResultAsync()));
            await whole.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            return all.ConvertAll(static item => ResultOf(item.ResultAsync()));
        }
        catch
        {
            Leave(all, cancellationToken);
            throw;
        }
    }

    /// <summary>
    /// Refuses all items that have no result, with <see cref="BatchRejection.Disposed"/>, and cancels the calls that are under way without waiting for them.
    /// </summary>
    public void Dispose()
    {
        List<BatchItem> left;
        List<Batch> calls;
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            calls = [.. _underWay];
            left = _schedule.TakeAll(calls);
            EndIfOver_NeedsLock();
        }

        _timer.Dispose();
        var refusal = BatchResult.Failed<TOut>(new BatchRejectedException(BatchRejection.Disposed, "The batcher was disposed before the item had its result."));
        Go(left.ConvertAll(item => (Typed(item), refusal)));
        calls.ForEach(Abandon);
    }

    /// <summary>As <see cref="Dispose"/>, and waits until the calls that were under way have ended.</summary>
    public ValueTask DisposeAsync()
    {
        Dispose();
#pragma warning disable VSTHRD003 // It is this object's own.
        return new ValueTask(_ended.Task);
#pragma warning restore VSTHRD003
    }
}
