using System.Runtime.CompilerServices;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>
/// The partitions of one limit, bounded: those that are idle and whole again are forgotten, and above the cap newcomers share one partition. Neither ever gives anybody a quota anew: only
/// what equals a new partition is forgotten. Nothing runs while nothing changes: the oldest partition's time sets one timer. Thread-safe.
/// </summary>
internal sealed class PartitionTable
{
    private const int SweepBatch = 256;
    private const long SweepPauseAtCap = 10 * TimeSpan.TicksPerMillisecond;

    /// <summary>In how much time each partition is looked at, or in its idle time if that is shorter.</summary>
    private const long LongestRound = TimeSpan.TicksPerMinute;

    /// <summary>How many places for partitions by age are kept at least.</summary>
    private const int FewestPlaces = 1024;

    private static readonly int Own = ManagedSize.Object((6 * ManagedSize.Reference) + Unsafe.SizeOf<PartitionBounds>() + (2 * sizeof(long)) + (2 * sizeof(bool)))
        + ManagedSize.Object(ManagedSize.Reference + (4 * sizeof(int)));

    private readonly PartitionMap _partitions = new();
    private readonly Queue<Partition> _byAge = new();
    private readonly BoundLimit _limit;
    private readonly InProcessStore _store;
    private readonly Partition _overflow;
    private PartitionBounds _bounds;
    private ITimer? _timer;
    private bool _isDisposed;
    private bool _hasOverflowed;
    private long _evicted;
    private long _nextSweepAtCap;

    public PartitionTable(BoundLimit limit, PartitionBounds bounds, InProcessStore store)
    {
        _limit = limit;
        _bounds = bounds;
        _store = store;
        _overflow = new Partition(limit, key: null) { IsOverflow = true };
    }

    /// <summary>How many partitions there are.</summary>
    public int Count => _partitions.Count;

    /// <summary>What it takes on the heap with its partitions, but for what their states hold beside themselves.</summary>
    public long Bytes
    {
        get
        {
            lock (_byAge)
            {
                return Own + _overflow.Bytes + _partitions.Bytes + ManagedSize.Array(_byAge.Capacity, ManagedSize.Reference);
            }
        }
    }

    /// <summary>How many partitions were forgotten since there has been the table.</summary>
    public long EvictedCount => Interlocked.Read(ref _evicted);

    /// <summary>The partition of a key, made if need be and pinned; at the cap, the one that latecomers share.</summary>
    public Partition Pin(string key)
    {
        while (true)
        {
            if (!_partitions.TryGet(key, out var known))
            {
                return Add(key);
            }

            if (known.TryPin())
            {
                return known;
            }

            // It was evicted between being found and being pinned: it will not be found again.
        }
    }

    /// <summary>
    /// The partition of a key, not pinned: it may be evicted until the store's gate is held and it is found not to be. But the one that latecomers share is pinned: that somebody is about to
    /// count in it must be known for as long.
    /// </summary>
    public Partition Find(string key)
    {
        if (_partitions.TryGet(key, out var known))
        {
            return known;
        }

        var pinned = Pin(key);
        if (!pinned.IsOverflow)
        {
            pinned.Unpin();
        }

        return pinned;
    }

    /// <summary>Every partition at some time during the call, the shared one of latecomers first.</summary>
    public IEnumerable<Partition> All => _partitions.All().Prepend(_overflow);

    /// <summary>Adopts every state. Only under the store's gate.</summary>
    public void Change(LimitDefinition previous, in Moment at, PartitionBounds bounds)
    {
        _bounds = bounds;
        _limit.Adopt(ref _overflow.State, previous, at);
        foreach (var partition in _partitions.All())
        {
            _limit.Adopt(ref partition.State, previous, at);
        }
    }

    public void Dispose()
    {
        lock (_byAge)
        {
            _isDisposed = true;
            _timer?.Dispose();
            _timer = null;
            _byAge.Clear();
        }
    }

    /// <summary>The partition of a key that has none, pinned. Under the lock nobody is evicted, and nobody joins the latecomers.</summary>
    private Partition Add(string key)
    {
        lock (_byAge)
        {
            if (_partitions.TryGet(key, out var known) && known.TryPin())
            {
                return known;
            }

            if (_isDisposed || (Count >= _bounds.Most && !TryMakeRoomUnsynchronized()))
            {
                _hasOverflowed = true;
                _overflow.TryPin();
                return _overflow;
            }

            var added = new Partition(_limit, key);
            if (_hasOverflowed && !TryInherit(added))
            {
                _overflow.TryPin();
                return _overflow;
            }

            added.TryPin();
            _partitions.Add(added);
            _byAge.Enqueue(added);
            if (_timer is null)
            {
                _timer = _store.Clock.Time.CreateTimer(static table => ((PartitionTable)table!).Sweep(), this, ToTimeSpan(Round), Timeout.InfiniteTimeSpan);
            }

            return added;
        }
    }

    /// <summary>
    /// Lets a new partition begin with what the one that latecomers share has used: whoever counted there until now must not get a quota anew. Returns false while anybody holds a lease
    /// there, or waits to count there: what a waiter will use cannot be inherited, and its name would be counted in both.
    /// </summary>
    private bool TryInherit(Partition added)
    {
        if (_overflow.IsPinned)
        {
            return false;
        }

        var isWhole = true;
        _store.Change(() =>
        {
            var at = _store.Clock.At(guard: 0);
            var used = _limit.Rule.Used(ref _overflow.State, at);
            isWhole = used == 0 || !_limit.Rule.IsReleased;
            if (used > 0 && isWhole)
            {
                _limit.Rule.Charge(ref added.State, at, used);
            }
        });
        return isWhole;
    }

    /// <summary>Looks for idle partitions, but not for every newcomer: somebody who makes up names must not make everybody wait for it.</summary>
    private bool TryMakeRoomUnsynchronized()
    {
        var now = _store.Clock.Now;
        if (now < _nextSweepAtCap)
        {
            return false;
        }

        var hasMadeRoom = SweepUnsynchronized() > 0;
        _nextSweepAtCap = hasMadeRoom ? now : now + SweepPauseAtCap;
        return hasMadeRoom;
    }

    private void Sweep()
    {
        lock (_byAge)
        {
            if (_timer is null)
            {
                return;
            }

            var gone = SweepUnsynchronized();
            if (Count == 0)
            {
                _timer.Dispose();
                _timer = null;
                return;
            }

            // Each partition is looked at about once in a round, a batch at a time.
            var batches = Math.Max(1, (Count + SweepBatch - 1) / SweepBatch);
            var next = gone == SweepBatch ? TimeSpan.FromMilliseconds(1) : ToTimeSpan(Round / batches);
            _timer.Change(next, Timeout.InfiniteTimeSpan);
        }
    }

    private int SweepUnsynchronized()
    {
        var gone = 0;
        for (var i = Math.Min(SweepBatch, _byAge.Count); i > 0; i--)
        {
            var partition = _byAge.Dequeue();
            if (_store.TryEvict(partition, _bounds.IdleTicks))
            {
                gone++;
            }
            else
            {
                _byAge.Enqueue(partition);
            }
        }

        if (_byAge.Capacity > Math.Max(FewestPlaces, 4L * _byAge.Count))
        {
            _byAge.TrimExcess(Math.Max(FewestPlaces, 2 * _byAge.Count));
        }

        _partitions.NoteEvicted(gone);
        Interlocked.Add(ref _evicted, gone);
        return gone;
    }

    private long Round => Math.Min(_bounds.IdleTicks, LongestRound);

    private static TimeSpan ToTimeSpan(long ticks) => TimeSpan.FromMilliseconds(Math.Clamp(ticks / TimeSpan.TicksPerMillisecond, 1, int.MaxValue));
}
