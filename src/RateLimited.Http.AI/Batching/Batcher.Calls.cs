namespace RateLimited.Http.AI.Batching;

/// <summary>Items come, leave and have their results; batches go.</summary>
public sealed partial class Batcher<TIn, TOut>
{
    /// <summary>Puts an item in line.</summary>
    internal BatcherItem<TIn, TOut> Submit(TIn value, CancellationToken cancellationToken)
    {
        var item = _rules.Weigh<TOut>(value);
        if (cancellationToken.CanBeCanceled && item.Place != BatchItemPlace.Done)
        {
            item.Leaving = cancellationToken.UnsafeRegister((leaving, token) => Leave([(BatcherItem<TIn, TOut>)leaving!], token), item);
        }

        BatchRejectedException? refusal;
        lock (_gate)
        {
            refusal = item.Place == BatchItemPlace.Done ? null : Enter_NeedsLock(item);
        }

        Go(refusal is null ? [] : [(item, BatchResult.Failed<TOut>(refusal))]);
        return item;
    }

    private BatchRejectedException? Enter_NeedsLock(BatcherItem<TIn, TOut> item)
    {
        if (!_isDisposed && _schedule.TryAdd(_clock.Now, item))
        {
            item.Entered = item.Place == BatchItemPlace.Outside ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : null;
            return null;
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
        foreach (var (item, result) in done)
        {
            item.Complete(result);
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
        foreach (var batch in starts)
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
            if (_schedule.Start(now) is { } batch)
            {
                _underWay.Add(batch);
                starts.Add(batch);
            }
            else if (_schedule.EnterNext(now) is { } item)
            {
                entered.Add(item);
            }
            else
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
