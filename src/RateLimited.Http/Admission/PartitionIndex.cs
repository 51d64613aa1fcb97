namespace RateLimited.Http.Admission;

/// <summary>
/// Finds partitions by key. Open addressing with the hash beside the reference: a look-up touches one cache line of the index and then the partition, and an entry costs 21 to 43 bytes,
/// half of what a concurrent dictionary's node and bucket do. Reading needs no lock; whoever changes it holds its owner's.
/// </summary>
/// <remarks>
/// A slot is written once: hash first, then the partition, which a removal replaces by <see cref="Gone"/>. Slots that are gone are reclaimed when the index is built anew, which leaves the
/// old one as it is to those who still read it. So a reader sees every partition that was in when it began.
/// </remarks>
internal sealed class PartitionIndex
{
    private const int Smallest = 16;

    private static readonly Partition Gone = new(limit: null!, key: null);

    private volatile Slot[] _slots = new Slot[Smallest];
    private int _taken;

    /// <summary>How many partitions there are.</summary>
    public int Count { get; private set; }

    /// <summary>Every partition that was in when the enumeration began and is still.</summary>
    public IEnumerable<Partition> All
    {
        get
        {
            var slots = _slots;
            for (var i = 0; i < slots.Length; i++)
            {
                if (Volatile.Read(ref slots[i].Partition) is { Key: not null } partition)
                {
                    yield return partition;
                }
            }
        }
    }

    public Partition? Find(string key)
    {
        // The runtime's own hash is seeded: tenants cannot choose names that collide.
        var hash = key.GetHashCode(StringComparison.Ordinal);
        var slots = _slots;
        for (var i = hash & (slots.Length - 1); ; i = (i + 1) & (slots.Length - 1))
        {
            ref var slot = ref slots[i];
            var partition = Volatile.Read(ref slot.Partition);
            if (partition is null)
            {
                return null;
            }

            if (slot.Hash == hash && string.Equals(key, partition.Key, StringComparison.Ordinal))
            {
                return partition;
            }
        }
    }

    /// <summary>Adds a partition whose key is not in.</summary>
    public void Add(Partition partition)
    {
        // At most three quarters are taken, so that every search ends soon.
        if ((_taken + 1) * 4L > _slots.Length * 3L)
        {
            Rebuild();
        }

        Put(_slots, partition.Key!.GetHashCode(StringComparison.Ordinal), partition);
        _taken++;
        Count++;
    }

    /// <summary>Takes a partition out, if it is in.</summary>
    public void Remove(Partition partition)
    {
        var hash = partition.Key!.GetHashCode(StringComparison.Ordinal);
        for (var i = hash & (_slots.Length - 1); _slots[i].Partition is { } found; i = (i + 1) & (_slots.Length - 1))
        {
            if (ReferenceEquals(found, partition))
            {
                Volatile.Write(ref _slots[i].Partition, Gone);
                Count--;
                return;
            }
        }
    }

    private void Rebuild()
    {
        var length = Smallest;
        while ((Count + 1) * 2L > length)
        {
            length *= 2;
        }

        var slots = new Slot[length];
        foreach (var slot in _slots)
        {
            if (slot.Partition is { Key: not null } partition)
            {
                Put(slots, slot.Hash, partition);
            }
        }

        _taken = Count;
        _slots = slots;
    }

    private static void Put(Slot[] slots, int hash, Partition partition)
    {
        var i = hash & (slots.Length - 1);
        while (slots[i].Partition is not null)
        {
            i = (i + 1) & (slots.Length - 1);
        }

        slots[i].Hash = hash;
        Volatile.Write(ref slots[i].Partition, partition);
    }

    private struct Slot
    {
        public Partition? Partition;
        public int Hash;
    }
}
