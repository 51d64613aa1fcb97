namespace RateLimited.Http.Limits;

/// <summary>
/// The charges of one window, oldest first, in at most <see cref="Capacity"/> entries however many charges there are: charges close together share an entry and count as if all
/// were made at the last of them. It grows with use and can be dropped when it is empty.
/// </summary>
internal sealed class ChargeLog
{
    /// <summary>How many entries there are at most. Entries begin at least window / <see cref="Resolution"/> apart, so that no more can be alive.</summary>
    public const int Capacity = 64;

    /// <summary>Into how many parts a window is divided at most: a charge is held at most this part of a window too long.</summary>
    public const int Resolution = Capacity - 2;

    private const int SmallestRing = 2;

    private Entry[] _ring = new Entry[SmallestRing];
    private long _oldest;
    private int _count;
    private long _newestSince;

    public int Count => _count;

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
            _count--;
        }
    }

    /// <summary>Adds a charge; it joins the newest entry if that began less than a spacing ago. Returns the entry's number.</summary>
    public long Add(long now, long amount, long spacing)
    {
        Total = Saturating.Add(Total, amount);
        var newest = _oldest + _count - 1;
        if (_count > 0 && (now - _newestSince < spacing || _count == Capacity))
        {
            ref var entry = ref At(newest);
            entry.Instant = Math.Max(entry.Instant, now);
            entry.Amount = Saturating.Add(entry.Amount, amount);
            return newest;
        }

        if (_count == _ring.Length)
        {
            Grow();
        }

        _count++;
        _newestSince = now;
        At(newest + 1) = new Entry { Instant = now, Amount = amount };
        return newest + 1;
    }

    /// <summary>Changes what an entry counts, if it is still alive. Returns whether it was.</summary>
    public bool Change(long number, long by)
    {
        if (number < _oldest || number >= _oldest + _count)
        {
            return false;
        }

        ref var entry = ref At(number);
        var changed = by < 0 ? Math.Max(entry.Amount + by, 0) : Saturating.Add(entry.Amount, by);
        Total = by < 0 ? Total - (entry.Amount - changed) : Saturating.Add(Total, changed - entry.Amount);
        entry.Amount = changed;
        return true;
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
