using RateLimited.Http.AI.Telemetry;

namespace RateLimited.Http.AI.Batching;

/// <summary>Items come, leave and have their results; batches go.</summary>
public sealed partial class Batcher<TIn, TOut>
{
    /// <summary>Puts items in line, side by side: nothing goes before all have their places, so that batches of them are as full as they can be however long it takes.</summary>
    /// <param name="values">The items, not more than a batch holds.</param>
    internal List<BatcherItem<TIn, TOut>> Submit(IReadOnlyList<(TIn Value, CancellationToken Leaving)> values)
    {
        var items = new List<BatcherItem<TIn, TOut>>(values.Count);
        foreach (var (value, leaving) in values)
        {
            var item = _rules.Weigh<TOut>(value);
            items.Add(item);
            if (leaving.CanBeCanceled && item.Place != BatchItemPlace.Done)
            {
                item.Leaving = leaving.UnsafeRegister((left, token) => Leave([(BatcherItem<TIn, TOut>)left!], token), item);
            }
        }

        List<(BatcherItem<TIn, TOut> Item, BatchResult<TOut> Result)> refused = [];
        List<Batch> starts = [];
        lock (_gate)
        {
            foreach (var item in items)
            {
                // Whoever has left already, or could not be weighed, is done.
                if (item.Place != BatchItemPlace.Done && Enter_NeedsLock(item, starts) is { } refusal)
                {
                    refused.Add((item, BatchResult.Failed<TOut>(refusal)));
                }
            }
        }

        Start(starts);
        Go(refused);
        return items;
    }

    /// <summary>Ends when all of these items have a place in line, or need none any more: the last that had to wait for one is the last to have it.</summary>
    internal static Task EnteredAsync(List<BatcherItem<TIn, TOut>> items) => items.FindLast(static item => item.Entered is not null)?.EnteredAsync() ?? Task.CompletedTask;

    private BatchRejectedException? Enter_NeedsLock(BatcherItem<TIn, TOut> item, List<Batch> starts)
    {
        var now = _clock.Now;
        if (!_isDisposed)
        {
            var isIn = _schedule.TryAdd(now, item);
            if (!isIn && Take_NeedsLock(now, starts))
            {
                isIn = _schedule.TryAdd(now, item);
            }

            if (isIn)
            {
                item.Entered = item.Place == BatchItemPlace.Outside ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
                return null;
            }
        }

        item.Place = BatchItemPlace.Done;
        return _isDisposed
            ? new BatchRejectedException(BatchRejection.Disposed, "The batcher was disposed; it takes no more items.")
            : new BatchRejectedException(BatchRejection.QueueFull, $"{_schedule.Queued} items wait already, as many as may (QueueLength).");
    }

    /// <summary>Takes items out whose caller has left.</summary>
    private void Leave(List<BatcherItem<TIn, TOut>> items, CancellationToken cancellationToken)
    {
        List<BatcherItem<TIn, TOut>> left = [];
        List<Batch> forsaken = [];
        lock (_gate)
        {
            foreach (var item in items.Where(static item => item.Place != BatchItemPlace.Done))
            {
                left.Add(item);
                if (_schedule.Leave(item) is { } batch)
                {
                    forsaken.Add(batch);
                }
            }
        }

        left.ForEach(item => item.Cancel(cancellationToken));
        forsaken.ForEach(Abandon);
        Go([]);
    }

    private void OnTimer()
    {
        lock (_gate)
        {
            _timerDue = null;
        }

        Go([]);
    }

    /// <summary>Tells what is done, and starts what may go by now.</summary>
    private void Go(IReadOnlyList<(BatcherItem<TIn, TOut> Item, BatchResult<TOut> Result)> done)
    {
        SharedFailures<TOut> failures = default;
        foreach (var (item, result) in done)
        {
            if (result.IsFailed)
            {
                item.Fail(failures.TaskOf(result.Failure));
            }
            else
            {
                item.Complete(result.Value);
            }
        }

        List<Batch> starts = [];
        List<BatchItem> entered = [];
        lock (_gate)
        {
            if (!_isDisposed)
            {
                Look_NeedsLock(starts, entered);
            }
        }

        entered.ForEach(static item => Typed(item).Entered!.TrySetResult());
        Start(starts);
    }

    private void Start(List<Batch> batches)
    {
        foreach (var batch in batches)
        {
            // Without the context of the caller that happened to fill it.
            ThreadPool.UnsafeQueueUserWorkItem(static start => _ = start.Owner.SendAsync(start.Batch), (Owner: this, Batch: batch), preferLocal: false);
        }
    }

    private void Look_NeedsLock(List<Batch> starts, List<BatchItem> entered)
    {
        var now = _clock.Now;
        while (true)
        {
            if (_schedule.EnterNext(now) is { } item)
            {
                entered.Add(item);
            }
            else if (!Take_NeedsLock(now, starts))
            {
                break;
            }
        }

        var due = _schedule.Due;
        if (due != _timerDue)
        {
            _timerDue = due;
            _timer.Change(due is { } instant ? BatcherRules<TIn>.Until(instant, now) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private bool Take_NeedsLock(long now, List<Batch> starts)
    {
        if (_schedule.Start(now) is not { } batch)
        {
            return false;
        }

        _underWay.Add(batch);
        starts.Add(batch);
        return true;
    }

    private async Task SendAsync(Batch batch)
    {
        IReadOnlyList<BatchResult<TOut>>? results = null;
        Exception? failure = null;
        if (batch.Items.Count > 0 && !batch.Cancellation.IsCancellationRequested)
        {
            try
            {
                results = await CallAsync(batch).ConfigureAwait(false);
            }
#pragma warning disable CA1031 // It is the failure of everybody who waits for the call.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                failure = exception;
            }

            AIInstruments.Batch(batch.Items.Count, isAnswered: failure is null);
        }

        End(batch, results, failure);
    }

    private async Task<IReadOnlyList<BatchResult<TOut>>> CallAsync(Batch batch)
    {
        List<TIn> values = [.. batch.Items.Select(static item => Typed(item).Value)];
        using var scope = Typed(batch.Items[0]).Settings is { } settings ? RateLimitScope.Begin(settings) : null;
        var results = await _call(values, batch.Cancellation.Token).ConfigureAwait(false);
        return results?.Count == batch.Items.Count
            ? results
            : throw new InvalidOperationException($"The batch call returned {(results is null ? "no list" : $"{results.Count} results")} for {batch.Items.Count} items; it must return one for each, in their order.");
    }

    private void End(Batch batch, IReadOnlyList<BatchResult<TOut>>? results, Exception? failure)
    {
        var meaning = failure is null ? FailureMeaning.Final : _rules.MeaningOf(failure, isWhole: true);
        FailureMeaning[]? meanings = results is null ? null : [.. results.Select(result => result.IsFailed ? _rules.MeaningOf(result.Failure, isWhole: false) : FailureMeaning.Final)];
        List<(BatcherItem<TIn, TOut> Item, BatchResult<TOut> Result)> done = [];
        lock (_gate)
        {
            _underWay.Remove(batch);
            List<ItemFailure> failures = [];
            for (var i = 0; i < batch.Items.Count; i++)
            {
                var item = batch.Items[i];
                if (item.Place == BatchItemPlace.Done)
                {
                    continue;
                }

                if (results is null)
                {
                    failures.Add(new ItemFailure(item, failure!, meaning));
                }
                else if (results[i].IsFailed)
                {
                    failures.Add(new ItemFailure(item, results[i].Failure!, meanings![i]));
                }
                else
                {
                    batch.Finish(item);
                    done.Add((Typed(item), results[i]));
                }
            }

            foreach (var final in _schedule.End(_clock.Now, batch, failures))
            {
                done.Add((Typed(final.Item), BatchResult.Failed<TOut>(final.Failure)));
            }

            EndIfOver_NeedsLock();
        }

        Go(done);
    }

    private void EndIfOver_NeedsLock()
    {
        if (_isDisposed && _underWay.Count == 0)
        {
            _ended.TrySetResult();
        }
    }

    /// <summary>Cancels a call that nobody waits for. Callbacks are somebody else's code and run elsewhere.</summary>
    private static void Abandon(Batch batch) => _ = batch.Cancellation.CancelAsync();

    private static BatcherItem<TIn, TOut> Typed(BatchItem item) => (BatcherItem<TIn, TOut>)item;

    private static BatchResult<TOut> ResultOf(Task<TOut> task)
    {
#pragma warning disable VSTHRD002, VSTHRD103 // It has completed.
        return task.IsCompletedSuccessfully ? task.Result : BatchResult.Failed<TOut>(task.Exception?.InnerException ?? new TaskCanceledException(task));
#pragma warning restore VSTHRD002, VSTHRD103
    }
}
