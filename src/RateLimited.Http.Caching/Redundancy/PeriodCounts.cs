namespace RateLimited.Http.Caching.Redundancy;

/// <summary>What was counted over some time.</summary>
internal sealed class PeriodCounts
{
    private readonly double[] _repeats = new double[Lifetimes.Windows.Length];
    private readonly double[] _requests = new double[Lifetimes.Tried.Length];
    private readonly double[] _ticks = new double[Lifetimes.Tried.Length];
    private readonly Dictionary<string, double>[] _units = [.. Lifetimes.Tried.Select(static _ => new Dictionary<string, double>(StringComparer.Ordinal))];

    public long Requests { get; private set; }

    public long Unread { get; private set; }

    /// <summary>How many requests those that were looked at stand for. The share of repeats is a share of these.</summary>
    public double Weighed { get; private set; }

    /// <summary>How many repeats were of methods that no cache of responses answers.</summary>
    public double OtherMethods { get; private set; }

    /// <summary>How many repeats were of answers that forbid to be kept.</summary>
    public double Forbidden { get; private set; }

    public void Came(bool isRead)
    {
        Requests++;
        if (!isRead)
        {
            Unread++;
            Weighed++;
        }
    }

    public void Saw(Sighting sighting, bool isCacheable)
    {
        Weighed += sighting.Weight;
        for (var i = 0; i < Lifetimes.Windows.Length; i++)
        {
            _repeats[i] += sighting.SinceLast <= Lifetimes.Windows[i] ? sighting.Weight : 0;
        }

        OtherMethods += !isCacheable && sighting.Saved != 0 ? sighting.Weight : 0;
    }

    public void Save(Sighting sighting, SavedRequest saved)
    {
        if (!saved.MayBeKept)
        {
            Forbidden += sighting.Weight;
            return;
        }

        for (var i = 0; i < Lifetimes.Tried.Length; i++)
        {
            if ((sighting.Saved & (1 << i)) == 0)
            {
                continue;
            }

            _requests[i] += sighting.Weight;
            _ticks[i] += sighting.Weight * saved.Took.Ticks;
            foreach (var (unit, amount) in saved.Units)
            {
                _units[i][unit] = _units[i].GetValueOrDefault(unit) + (sighting.Weight * amount);
            }
        }
    }

    /// <summary>Both together.</summary>
    public static PeriodCounts Sum(PeriodCounts one, PeriodCounts other)
    {
        var sum = new PeriodCounts
        {
            Requests = one.Requests + other.Requests,
            Unread = one.Unread + other.Unread,
            Weighed = one.Weighed + other.Weighed,
            OtherMethods = one.OtherMethods + other.OtherMethods,
            Forbidden = one.Forbidden + other.Forbidden,
        };
        foreach (var each in new[] { one, other })
        {
            sum.Add(each);
        }

        return sum;
    }

    public double RepeatsWithin(int window) => Weighed > 0 ? Math.Min(_repeats[window] / Weighed, 1) : 0;

    public CacheSaving SavingOf(int lifetime) => new(
        Lifetimes.Tried[lifetime],
        Weighed > 0 ? Math.Min(_requests[lifetime] / Weighed, 1) : 0,
        _requests[lifetime],
        _units[lifetime],
        TimeSpan.FromTicks((long)Math.Min(_ticks[lifetime], long.MaxValue / 2)));

    private void Add(PeriodCounts other)
    {
        for (var i = 0; i < _repeats.Length; i++)
        {
            _repeats[i] += other._repeats[i];
        }

        for (var i = 0; i < _requests.Length; i++)
        {
            _requests[i] += other._requests[i];
            _ticks[i] += other._ticks[i];
            foreach (var (unit, amount) in other._units[i])
            {
                _units[i][unit] = _units[i].GetValueOrDefault(unit) + amount;
            }
        }
    }
}
