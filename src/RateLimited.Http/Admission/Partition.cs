using System.Runtime.CompilerServices;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>What one limit counts for one value it counts separately by. The store's gate guards the state.</summary>
internal sealed class Partition
{
    private const int Evicted = -1;

    private static readonly int Own = ManagedSize.Object(Unsafe.SizeOf<LimitState>() + (2 * ManagedSize.Reference) + sizeof(int) + sizeof(bool));

    /// <summary>The arithmetic's state. Only under the store's gate.</summary>
    public LimitState State;

    private int _pins;

    public Partition(BoundLimit limit, string? key)
    {
        (Limit, Key) = (limit, key);
        if (limit.Rule is SharedRule)
        {
            State.Extra = new SharedBalance(this);
        }
    }

    public BoundLimit Limit { get; }

    public string? Key { get; }

    /// <summary>Whether it is the one of a table that latecomers share. It is never evicted; its pins say whether anybody counts in it, or waits to.</summary>
    public bool IsOverflow { get; init; }

    /// <summary>Whether whoever counts in it has to let go of it.</summary>
    public bool IsOfTable => Key is not null || IsOverflow;

    /// <summary>What it takes on the heap without what its state holds beside itself, which only the gate may look at. Nobody but it may hold the text of its key.</summary>
    public int Bytes => Own + ManagedSize.Text(Key);

    /// <summary>Keeps the partition from being evicted. Returns false if it has been.</summary>
    public bool TryPin()
    {
        var pins = Volatile.Read(ref _pins);
        while (pins != Evicted)
        {
            var seen = Interlocked.CompareExchange(ref _pins, pins + 1, pins);
            if (seen == pins)
            {
                return true;
            }

            pins = seen;
        }

        return false;
    }

    public void Unpin() => Interlocked.Decrement(ref _pins);

    public bool IsPinned => Volatile.Read(ref _pins) > 0;

    public bool IsEvicted => Volatile.Read(ref _pins) == Evicted;

    /// <summary>Takes the partition out of use for good, if nobody holds it, and lets go of all that its state holds. Only under the store's gate.</summary>
    public bool TryEvict()
    {
        if (Interlocked.CompareExchange(ref _pins, Evicted, 0) != 0)
        {
            return false;
        }

        // Whoever settles late finds nothing to change, but looks for what a shared limit has.
        State.Extra = State.Extra as SharedBalance;
        return true;
    }
}
