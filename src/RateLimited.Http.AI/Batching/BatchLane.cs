namespace RateLimited.Http.AI.Batching;

/// <summary>The items that may share batches, in the order they came. Not thread-safe.</summary>
internal sealed class BatchLane(object key)
{
    private readonly BatchItemList _items = new();
    private long _bytes;
    private long _cost;

    /// <summary>By the lane whose oldest item came first.</summary>
    public static IComparer<BatchLane> OldestFirst { get; } = Comparer<BatchLane>.Create(static (a, b) => a.Oldest.Sequence.CompareTo(b.Oldest.Sequence));

    public object Key => key;

    public bool IsEmpty => _items.Count == 0;

    public BatchItem Oldest => _items.First!;

    /// <summary>Whether nothing more would come into the batch that the front of the lane makes, or nothing more is allowed to.</summary>
    public bool IsFull(BatchBounds bounds) => _items.Count >= bounds.Items || _bytes >= bounds.Bytes || _cost >= bounds.Cost;

    public void Add(BatchItem item)
    {
        _items.AddLast(item);
        _bytes += item.Bytes;
        _cost += item.Cost;
    }

    public void Remove(BatchItem item)
    {
        _items.Remove(item);
        _bytes -= item.Bytes;
        _cost -= item.Cost;
    }

    /// <summary>Takes from the front as many as fit into one batch: at least one, for none is in line that would not fit alone.</summary>
    public List<BatchItem> TakeFront(BatchBounds bounds)
    {
        var front = new List<BatchItem>(Math.Min(_items.Count, bounds.Items));
        var (bytes, cost) = (bounds.Bytes, bounds.Cost);
        while (_items.First is { } item && front.Count < bounds.Items && item.Bytes <= bytes && item.Cost <= cost)
        {
            Remove(item);
            front.Add(item);
            bytes -= item.Bytes;
            cost -= item.Cost;
        }

        return front;
    }
}
