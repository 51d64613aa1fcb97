namespace RateLimited.Http.AI.Batching;

/// <summary>
/// Which items are sent together, when, and what becomes of those that failed. Time is handed in, in ticks of a clock that only goes forward; nothing here waits, locks or calls out. Not thread-safe.
/// </summary>
/// <remarks>
/// At most so many calls are under way. A free one goes to parts of refused batches first, then to repeats whose time has come, then to the line: what waited longest goes before what came last.
/// </remarks>
internal sealed class BatchSchedule(BatchBounds bounds)
{
    private readonly BatchLine _line = new(bounds);
    private readonly Queue<Batch> _parts = new();
    private readonly PriorityQueue<Batch, long> _repeats = new();

    /// <summary>How many items have a place in line.</summary>
    public int Queued => _line.Count;

    /// <summary>How many calls are under way.</summary>
    public int UnderWay { get; private set; }

    /// <summary>The instant from which on a batch may go: long ago where one may at once; null where only an item that comes or a call that ends can change anything.</summary>
    public long? Due
    {
        get
        {
            if (UnderWay == bounds.Calls)
            {
                return null;
            }

            var line = _line.Due;
            return _parts.Count > 0 ? long.MinValue
                : !_repeats.TryPeek(out _, out var repeat) ? line
                : line is { } due ? Math.Min(due, repeat) : repeat;
        }
    }

    /// <summary>Lets an item in, or has it wait for a place; false where the line is full and it may not.</summary>
    public bool TryAdd(long now, BatchItem item) => _line.TryAdd(now, item);

    /// <summary>An item whose caller has left, or that has its result.</summary>
    /// <returns>The batch that is under way and that nobody waits for any more; else null.</returns>
    public Batch? Leave(BatchItem item)
    {
        switch (item.Place)
        {
            case BatchItemPlace.New:
                item.Place = BatchItemPlace.Done;
                return null;
            case BatchItemPlace.Outside or BatchItemPlace.InLine:
                _line.Remove(item);
                return null;
            case BatchItemPlace.InBatch:
                var batch = item.Batch!;
                batch.Finish(item);
                return batch is { Waiting: 0, IsUnderWay: true } ? batch : null;
            default:
                return null;
        }
    }

    /// <summary>The one that has waited longest for a place, if there is a place by now; it has it then.</summary>
    public BatchItem? EnterNext(long now) => _line.EnterNext(now);

    /// <summary>The batch that goes now, if one may and a call is free; it takes the call.</summary>
    public Batch? Start(long now)
    {
        if (UnderWay == bounds.Calls || NextBatch(now) is not { } batch)
        {
            return null;
        }

        UnderWay++;
        batch.Begin();
        return batch;
    }

    /// <summary>Ends a call.</summary>
    /// <param name="now">The time.</param>
    /// <param name="batch">What was sent. Those of its items that are neither done nor named below are lost, and there must be none.</param>
    /// <param name="failures">Its items that have no result and a caller that waits for one.</param>
    /// <returns>The items that have failed for good, of this batch or of those it was a part with. They are done.</returns>
    public IReadOnlyList<ItemFailure> End(long now, Batch batch, IReadOnlyList<ItemFailure> failures)
    {
        UnderWay--;
        batch.End();
        List<ItemFailure> final = [];
        List<ItemFailure> divided = [];
        List<BatchItem> again = [];
        foreach (var failure in failures)
        {
            if (failure.Meaning == FailureMeaning.MayPass && batch.Repeats < bounds.Repeats)
            {
                again.Add(failure.Item);
            }
            else
            {
                (failure.Meaning == FailureMeaning.MayBeOthers ? divided : final).Add(failure);
            }
        }

        if (again.Count > 0)
        {
            // The part of a search is over when its repeats are.
            _repeats.Enqueue(new Batch(again, batch.Repeats + 1, batch.Bisection), now + (bounds.RepeatDelay << batch.Repeats));
            final.AddRange(divided);
        }
        else if (batch.Bisection is not null || divided.Count > 0)
        {
            var bisection = batch.Bisection ?? new Bisection(bounds.Splits);
            var step = bisection.Ended(divided);
            foreach (var part in step.Send)
            {
                // As often as the part they come from was repeated, and not the one of its level that ended last.
                _parts.Enqueue(new Batch(part, part[0].Batch!.Repeats, bisection));
            }

            final.AddRange(step.Fail);
        }

        final.ForEach(static failure => failure.Item.Batch!.Finish(failure.Item));
        return final;
    }

    /// <summary>Takes out every item that has no result, under way or not.</summary>
    /// <param name="underWay">The batches whose calls are under way.</param>
    public List<BatchItem> TakeAll(IEnumerable<Batch> underWay)
    {
        var all = _line.TakeAll();
        foreach (var batch in underWay.Concat(_parts).Concat(_repeats.UnorderedItems.Select(static each => each.Element)))
        {
            foreach (var item in batch.Items.Concat(batch.Bisection?.Held ?? []).Where(static item => item.Place != BatchItemPlace.Done))
            {
                item.Batch!.Finish(item);
                all.Add(item);
            }
        }

        _parts.Clear();
        _repeats.Clear();
        return all;
    }

    private Batch? NextBatch(long now)
    {
        if (_parts.TryDequeue(out var part))
        {
            return part;
        }

        if (_repeats.TryPeek(out var repeat, out var due) && due <= now)
        {
            _repeats.Dequeue();
            return repeat;
        }

        return _line.TakeDue(now) is { } items ? new Batch(items, repeats: 0, bisection: null) : null;
    }
}
