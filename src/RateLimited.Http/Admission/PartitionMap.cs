using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>
/// Partitions by key, in one array: a look-up touches the array, the partition and the key, and nothing else. Reading takes no lock and sees every partition that was added before it
/// began; adding and removing is done by one thread at a time.
/// </summary>
/// <remarks>
/// A slot is taken once and never used again until the array is replaced, so that a reader never sees it change its meaning; replacing leaves the old array as it is to whoever still
/// reads it. Keys are hashed with the process's random seed: a caller cannot choose keys that collide.
/// </remarks>
internal sealed class PartitionMap
{
    private const int SmallestSize = 16;

    private static readonly int Own = ManagedSize.Object(ManagedSize.Reference + sizeof(long) + (2 * sizeof(int)));

    private Slot[] _slots = new Slot[SmallestSize];
    private int _taken;
    private long _bytesOfTaken;

    public int Count { get; private set; }

    /// <summary>What it takes on the heap with its partitions, but for what their states hold beside themselves.</summary>
    public long Bytes => Own + ManagedSize.Array(Volatile.Read(ref _slots).Length, Unsafe.SizeOf<Slot>()) + Interlocked.Read(ref _bytesOfTaken);

    public bool TryGet(string key, [NotNullWhen(true)] out Partition? partition)
    {
        var hash = key.GetHashCode(StringComparison.Ordinal);
        var slots = Volatile.Read(ref _slots);
        var mask = slots.Length - 1;
        for (var index = hash & mask; ; index = (index + 1) & mask)
        {
            ref var slot = ref slots[index];
            partition = Volatile.Read(ref slot.Partition);
            if (partition is null)
            {
                return false;
            }

            if (slot.Hash == hash && !partition.IsEvicted && string.Equals(partition.Key, key, StringComparison.Ordinal))
            {
                return true;
            }
        }
    }

    public void Add(Partition partition)
    {
        // Three quarters full at most, those counted that were removed.
        if ((_taken + 1) * 4L > _slots.Length * 3L)
        {
            Rebuild();
        }

        Put(_slots, partition);
        _bytesOfTaken += partition.Bytes;
        _taken++;
        Count++;
    }

    /// <summary>So many were evicted and are found no more; their slots are freed when the array is replaced, which is when fewer than half of those taken still count.</summary>
    public void NoteEvicted(int evicted)
    {
        Count -= evicted;
        if (_taken > SmallestSize && Count * 2L < _taken)
        {
            Rebuild();
        }
    }

    /// <summary>Every partition that was added before the call and is not evicted.</summary>
    public IEnumerable<Partition> All()
    {
        foreach (var slot in Volatile.Read(ref _slots))
        {
            if (slot.Partition is { IsEvicted: false } partition)
            {
                yield return partition;
            }
        }
    }

    private static void Put(Slot[] slots, Partition partition)
    {
        var hash = partition.Key!.GetHashCode(StringComparison.Ordinal);
        var mask = slots.Length - 1;
        var index = hash & mask;
        while (slots[index].Partition is not null)
        {
            index = (index + 1) & mask;
        }

        slots[index].Hash = hash;
        Volatile.Write(ref slots[index].Partition, partition);
    }

    private void Rebuild()
    {
        var size = SmallestSize;
        while (size < Count * 2L)
        {
            size *= 2;
        }

        var (slots, bytes) = (new Slot[size], 0L);
        foreach (var partition in All())
        {
            Put(slots, partition);
            bytes += partition.Bytes;
        }

        _bytesOfTaken = bytes;

        _taken = Count;
        Volatile.Write(ref _slots, slots);
    }

    private struct Slot
    {
        public Partition? Partition;
        public int Hash;
    }
}
