namespace RateLimited.Http.Caching.Redundancy;

/// <summary>
/// Which requests came before, and what a cache would have answered, over all requests of a share of fingerprints: as many as memory is given to, fewer the more there are. All requests of one fingerprint are looked at or none, so
/// that intervals are true; each counts for as many as the share stands for. The idea is SHARDS (Waldspurger et al., FAST 2015). Pure; time is handed in.
/// </summary>
internal sealed class Fingerprints(int capacity)
{
    private readonly Dictionary<UInt128, Seen> _seen = [];
    private readonly PriorityQueue<UInt128, ulong> _byRank = new(Comparer<ulong>.Create(static (one, other) => other.CompareTo(one)));
    private ulong _bound = ulong.MaxValue;

    /// <summary>How many are held.</summary>
    public int Count => _seen.Count;

    /// <summary>Which share of fingerprints is looked at.</summary>
    public double Share => _bound == ulong.MaxValue ? 1 : _bound / (double)ulong.MaxValue;

    /// <summary>Looks at a request.</summary>
    /// <param name="fingerprint">What it is.</param>
    /// <param name="now">When it came.</param>
    /// <returns>Null where it is none of those that are looked at.</returns>
    public Sighting? See(UInt128 fingerprint, TimeSpan now)
    {
        var rank = RankOf(fingerprint);
        if (rank >= _bound)
        {
            return null;
        }

        if (_seen.TryGetValue(fingerprint, out var seen))
        {
            return seen.Again(now, 1 / Share);
        }

        _seen.Add(fingerprint, new Seen(now));
        _byRank.Enqueue(fingerprint, rank);
        while (_seen.Count > capacity)
        {
            // The share shrinks to those below the one that leaves.
            _byRank.TryDequeue(out var highest, out _bound);
            _seen.Remove(highest);
        }

        return rank < _bound ? new Sighting(1 / Share, SinceLast: null, Saved: 0) : null;
    }

    /// <summary>Forgets what no window and no lifetime reaches any more.</summary>
    public void Forget(TimeSpan before)
    {
        foreach (var (fingerprint, _) in _seen.Where(each => each.Value.LastAt < before).ToArray())
        {
            _seen.Remove(fingerprint);
        }

        var held = _byRank.UnorderedItems.Where(item => _seen.ContainsKey(item.Element)).ToArray();
        _byRank.Clear();
        _byRank.EnqueueRange(held);
        if (_seen.Count < capacity / 2)
        {
            // There is room for all again. What comes back as new was not looked at before.
            _bound = ulong.MaxValue;
        }
    }

    /// <summary>From the half that the other uses of the digest do not show.</summary>
    private static ulong RankOf(UInt128 fingerprint) => (ulong)fingerprint;

    /// <summary>One fingerprint: when it came last, and when a cache of each lifetime would have asked for it last.</summary>
    private sealed class Seen
    {
        private readonly long[] _askedAt = new long[Lifetimes.Tried.Length];

        public Seen(TimeSpan now)
        {
            LastAt = now;
            Array.Fill(_askedAt, now.Ticks);
        }

        public TimeSpan LastAt { get; private set; }

        public Sighting Again(TimeSpan now, double weight)
        {
            var since = now - LastAt;
            LastAt = now;
            var saved = 0;
            for (var i = 0; i < _askedAt.Length; i++)
            {
                if (now.Ticks - _askedAt[i] < Lifetimes.Tried[i].Ticks)
                {
                    saved |= 1 << i;
                }
                else
                {
                    _askedAt[i] = now.Ticks;
                }
            }

            return new Sighting(weight, since, saved);
        }
    }
}
