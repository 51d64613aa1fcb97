using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>Something that is due at an instant and knows its place in a heap.</summary>
internal interface IDue
{
    /// <summary>The instant.</summary>
    long Due { get; }

    /// <summary>The index in the heap plus one; zero outside it.</summary>
    int HeapIndex { get; set; }
}

/// <summary>A binary heap by instant from which anything can be taken out. Unlike the library's priority queue it can remove and move what is in the middle.</summary>
internal sealed class InstantHeap<T>
    where T : class, IDue
{
    private readonly List<T> _items = [];

    /// <summary>What it takes on the heap without its items.</summary>
    public long Bytes => ManagedSize.Array(_items.Capacity, ManagedSize.Reference);

    public int Count => _items.Count;

    public T? First => _items.Count == 0 ? null : _items[0];

    public void Add(T item)
    {
        _items.Add(item);
        item.HeapIndex = _items.Count;
        Rise(_items.Count - 1);
    }

    /// <summary>Takes the item out, if it is in.</summary>
    public void Remove(T item)
    {
        var index = item.HeapIndex - 1;
        if (index < 0)
        {
            return;
        }

        item.HeapIndex = 0;
        var last = _items[^1];
        _items.RemoveAt(_items.Count - 1);
        if (ReferenceEquals(last, item))
        {
            return;
        }

        Put(last, index);
        Rise(index);
        Sink(last.HeapIndex - 1);
    }

    private void Put(T item, int index)
    {
        _items[index] = item;
        item.HeapIndex = index + 1;
    }

    private void Rise(int index)
    {
        var item = _items[index];
        while (index > 0)
        {
            var parent = (index - 1) / 2;
            if (_items[parent].Due <= item.Due)
            {
                break;
            }

            Put(_items[parent], index);
            index = parent;
        }

        Put(item, index);
    }

    private void Sink(int index)
    {
        var item = _items[index];
        while (true)
        {
            var child = (2 * index) + 1;
            if (child >= _items.Count)
            {
                break;
            }

            if (child + 1 < _items.Count && _items[child + 1].Due < _items[child].Due)
            {
                child++;
            }

            if (item.Due <= _items[child].Due)
            {
                break;
            }

            Put(_items[child], index);
            index = child;
        }

        Put(item, index);
    }
}
