namespace RateLimited.Http.AI.Batching;

/// <summary>
/// The items that wait to be sent, and what is a batch of them when. Time is handed in, in ticks of a clock that only goes forward; nothing here waits, locks or calls out. Not thread-safe.
/// </summary>
/// <remarks>
/// A batch is the front of a lane, as far as it fits, and is made only when it goes: until then it keeps filling, and who leaves leaves no gap. It may go when its lane is full, when its oldest
/// item has waited for the delay, or when the line is full and others wait for a place, for then nobody could join it. Of several the one goes first whose oldest item came first.
/// </remarks>
internal sealed class BatchLine(BatchBounds bounds)
{
    private readonly Dictionary<object, BatchLane> _lanes = [];
    private readonly SortedSet<BatchLane> _full = new(BatchLane.OldestFirst);
    private readonly SortedSet<BatchLane> _filling = new(BatchLane.OldestFirst);
    private readonly BatchItemList _outside = new();
    private long _sequence;

    /// <summary>How many items have a place.</summary>
    public int Count { get; private set; }

    /// <summary>How many wait for one.</summary>
    public int Outside => _outside.Count;

    /// <summary>The instant from which on a batch may go: long ago where one may at once; null while there is none to wait for.</summary>
    public long? Due =>
        Count == 0 ? null
        : _full.Count > 0 || _outside.Count > 0 ? long.MinValue
        : _filling.Min!.Oldest.Arrived + bounds.Delay;

    /// <summary>Lets an item in, or has it wait for a place; false where it may do neither.</summary>
    public bool TryAdd(long now, BatchItem item)
    {
        if (Count < bounds.QueueLength && _outside.Count == 0)
        {
            Enter(now, item);
            return true;
        }

        if (bounds.Overflow == BatchOverflow.Refuse)
        {
            return false;
        }

        item.Place = BatchItemPlace.Outside;
        _outside.AddLast(item);
        return true;
    }

    /// <summary>Takes out an item that is in line or outside.</summary>
    public void Remove(BatchItem item)
    {
        if (item.Place == BatchItemPlace.Outside)
        {
            _outside.Remove(item);
        }
        else
        {
            var lane = _lanes[item.Lane];
            TakeOutOfOrder(lane);
            lane.Remove(item);
            Count--;
            PutBack(lane);
        }

        item.Place = BatchItemPlace.Done;
    }

    /// <summary>The batch that may go now and has waited longest; null where none may.</summary>
    public List<BatchItem>? TakeDue(long now)
    {
        if (Due is not { } due || due > now)
        {
            return null;
        }

        var lane = Next(now);
        TakeOutOfOrder(lane);
        var batch = lane.TakeFront(bounds);
        Count -= batch.Count;
        PutBack(lane);
        return batch;
    }

    /// <summary>The one that has waited longest for a place, if there is a place by now; it has it then.</summary>
    public BatchItem? EnterNext(long now)
    {
        if (_outside.First is not { } item || Count >= bounds.QueueLength)
        {
            return null;
        }

        _outside.Remove(item);
        Enter(now, item);
        return item;
    }

    /// <summary>Takes out everything.</summary>
    public List<BatchItem> TakeAll()
    {
        List<BatchItem> all = [];
        while (_lanes.Values.FirstOrDefault() is { } lane)
        {
            all.Add(lane.Oldest);
            Remove(lane.Oldest);
        }

        while (_outside.First is { } item)
        {
            all.Add(item);
            Remove(item);
        }

        return all;
    }

    /// <summary>The lane of the batch that goes first. The caller knows that one may go.</summary>
    private BatchLane Next(long now)
    {
        var full = _full.Min;
        var filling = _filling.Min;
        if (full is null || filling is null)
        {
            return (full ?? filling)!;
        }

        var mayGo = _outside.Count > 0 || filling.Oldest.Arrived + bounds.Delay <= now;
        return mayGo && filling.Oldest.Sequence < full.Oldest.Sequence ? filling : full;
    }

    private void Enter(long now, BatchItem item)
    {
        item.Place = BatchItemPlace.InLine;
        item.Arrived = now;
        item.Sequence = ++_sequence;
        if (_lanes.TryGetValue(item.Lane, out var lane))
        {
            TakeOutOfOrder(lane);
        }
        else
        {
            _lanes.Add(item.Lane, lane = new BatchLane(item.Lane));
        }

        lane.Add(item);
        Count++;
        PutBack(lane);
    }

    private void TakeOutOfOrder(BatchLane lane)
    {
        if (!lane.IsEmpty && !_filling.Remove(lane))
        {
            _full.Remove(lane);
        }
    }

    private void PutBack(BatchLane lane)
    {
        if (lane.IsEmpty)
        {
            _lanes.Remove(lane.Key);
        }
        else
        {
            (lane.IsFull(bounds) ? _full : _filling).Add(lane);
        }
    }
}
