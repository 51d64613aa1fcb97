namespace RateLimited.Http.AI.Batching;

/// <summary>Items that are sent in one call. Not thread-safe: it belongs to its <see cref="BatchSchedule"/>.</summary>
internal sealed class Batch
{
    public Batch(IReadOnlyList<BatchItem> items, int repeats, Bisection? bisection)
    {
        Items = items;
        Repeats = repeats;
        Bisection = bisection;
        foreach (var item in items)
        {
            item.Place = BatchItemPlace.InBatch;
            item.Batch = this;
        }

        Waiting = items.Count;
    }

    public IReadOnlyList<BatchItem> Items { get; private set; }

    /// <summary>How often its items were repeated.</summary>
    public int Repeats { get; }

    /// <summary>The search for items at fault that it is a part of.</summary>
    public Bisection? Bisection { get; set; }

    /// <summary>How many of the items have no result and a caller that waits for one.</summary>
    public int Waiting { get; private set; }

    public bool IsUnderWay { get; private set; }

    /// <summary>Of its call. It has no timer and hangs on no other: there is nothing to dispose.</summary>
    public CancellationTokenSource Cancellation { get; } = new();

    /// <summary>Begins the call. Who has left meanwhile is not sent.</summary>
    public void Begin()
    {
        IsUnderWay = true;
        if (Waiting < Items.Count)
        {
            Items = [.. Items.Where(static item => item.Place != BatchItemPlace.Done)];
        }
    }

    public void End() => IsUnderWay = false;

    /// <summary>An item has its result or has left.</summary>
    public void Finish(BatchItem item)
    {
        item.Place = BatchItemPlace.Done;
        item.Batch = null;
        Waiting--;
    }
}
