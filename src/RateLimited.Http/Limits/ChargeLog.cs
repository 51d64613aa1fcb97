namespace RateLimited.Http.Limits;

/// <summary>
/// The charges of one window, oldest first, in at most <see cref="Capacity"/> entries however many charges there are: charges close together share an entry and count as if all
/// were made at the last of them. It grows with use and can be dropped when it is empty.
/// </summary>
/// <param name="firstNumber">The number of the first entry.</param>
internal sealed class ChargeLog(long firstNumber) : ISized
{
    /// <summary>How many entries there are at most. Entries begin at least window / <see cref="Resolution"/> apart, so that no more can be alive unless the window has grown.</summary>
    public const int Capacity = 64;

    /// <summary>Into how many parts a window is divided at most: a charge is held at most this part of a window too long.</summary>
    public const int Resolution = Capacity - 2;

    /// <summary>The most that an entry counts, so that all of them together stay in range. It is a hundred thousand times the largest quota.</summary>
    public const long MostInEntry = long.MaxValue / Capacity;

    private const int SmallestRing = 2;

    private static readonly int Own = ManagedSize.Object(ManagedSize.Reference + (4 * sizeof(long)) + sizeof(int));

    private Entry[] _ring = new Entry[SmallestRing];
    private long _oldest = firstNumber;
    private int _count;
    private long _newestSince;

    /// <summary>The first of the numbers that the oldest entry answers to: it may have taken in older ones.</summary>
    private long _oldestSince = firstNumber;

    public int Count => _count;

    public long Bytes => Own + ManagedSize.Array(_ring.Length, 2 * sizeof(long));

    public long Total { get; private set; }

    /// <summary>The instant of the newest charge, also when that is forgotten. There must have been one.</summary>
    public long Newest => At(_oldest + _count - 1).Instant;

    /// <summary>The entry by its age, 0 the oldest.</summary>
    public (long Instant, long Amount) this[int index]
    {
        get
        {
            ref var entry = ref At(_oldest + index);
            return (entry.Instant, entry.Amount);
        }
    }

    /// <summary>Forgets charges made at or before an instant.</summary>
    public void Expire(long upTo)
    {
        while (_count > 0)
        {
            ref var entry = ref At(_oldest);
            if (entry.Instant > upTo)
            {
                return;
            }

            Total -= entry.Amount;
            _oldest++;
            _oldestSince = _oldest;
            _count--;
        }
    }

    /// <summary>Adds a charge; it joins the newest entry if that began less than a spacing ago. Returns the entry's number.</summary>
    public long Add(long now, long amount, long spacing)
    {
        if (_count == 0)
        {
            // Numbers keep up with time, so that none of an earlier log of the same partition comes again.
            _oldest = Math.Max(_oldest, now);
            _oldestSince = _oldest;
        }

        var newest = _oldest + _count - 1;
        if (_count > 0 && now - _newestSince < spacing)
        {
            ref var entry = ref At(newest);
            entry.Instant = now;
            Increase(ref entry, amount);
            return newest;
        }

        if (_count == Capacity)
        {
            // Only after the window has grown: the oldest waits for the next oldest, which costs least.
            Increase(ref At(_oldest + 1), At(_oldest).Amount);
            Total -= At(_oldest).Amount;
            _oldest++;
            _count--;
        }
        else if (_count == _ring.Length)
        {
            Grow();
        }

        _count++;
        _newestSince = now;
        ref var added = ref At(newest + 1);
        added = new Entry { Instant = now };
        Increase(ref added, amount);
        return newest + 1;
    }

    /// <summary>Changes what an entry counts, if it is still alive. Returns whether it was.</summary>
    public bool Change(long number, long by)
    {
        if (number < _oldestSince || number >= _oldest + _count)
        {
            return false;
        }

        ref var entry = ref At(Math.Max(number, _oldest));
        if (by >= 0)
        {
            Increase(ref entry, by);
        }
        else if (entry.Amount < MostInEntry)
        {
            var less = Math.Min(-by, entry.Amount);
            entry.Amount -= less;
            Total -= less;
        }

        return true;
    }

    /// <summary>An entry that is full stays so until it expires: how much more was charged is not known.</summary>
    private void Increase(ref Entry entry, long by)
    {
        var more = Math.Min(by, MostInEntry - entry.Amount);
        entry.Amount += more;
        Total += more;
    }

    private ref Entry At(long number) => ref _ring[(int)(number & (_ring.Length - 1))];

    private void Grow()
    {
        var larger = new Entry[_ring.Length * 2];
        for (var number = _oldest; number < _oldest + _count; number++)
        {
            larger[number & (larger.Length - 1)] = At(number);
        }

        _ring = larger;
    }

    private struct Entry
    {
        public long Instant;
        public long Amount;
    }
}
