namespace RateLimited.Http.AI.Batching;

/// <summary>Items in the order they came. Any of them can be taken out, at once and without a gap. Not thread-safe.</summary>
internal sealed class BatchItemList
{
    public BatchItem? First { get; private set; }

    public BatchItem? Last { get; private set; }

    public int Count { get; private set; }

    public void AddLast(BatchItem item)
    {
        item.Previous = Last;
        if (Last is null)
        {
            First = item;
        }
        else
        {
            Last.Next = item;
        }

        Last = item;
        Count++;
    }

    public void Remove(BatchItem item)
    {
        if (item.Previous is null)
        {
            First = item.Next;
        }
        else
        {
            item.Previous.Next = item.Next;
        }

        if (item.Next is null)
        {
            Last = item.Previous;
        }
        else
        {
            item.Next.Previous = item.Previous;
        }

        item.Next = item.Previous = null;
        Count--;
    }
}
