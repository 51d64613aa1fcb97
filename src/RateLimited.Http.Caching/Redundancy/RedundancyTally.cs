namespace RateLimited.Http.Caching.Redundancy;

/// <summary>Counts repeated requests of one service, in memory that does not grow. Time is handed in. Thread-safe.</summary>
internal sealed class RedundancyTally(int fingerprints)
{
    /// <summary>Enough for the first ten to be right, whatever else comes.</summary>
    private const int Frequent = 256;

    private const int Top = 10;

    /// <summary>The counts are of this and of the one before.</summary>
    private static readonly TimeSpan Period = TimeSpan.FromDays(1);

    private readonly Lock _lock = new();
    private readonly Fingerprints _fingerprints = new(fingerprints);
    private FrequentRequests _frequent = new(Frequent);
    private FrequentRequests _frequentBefore = new(Frequent);
    private PeriodCounts _now = new();
    private PeriodCounts _before = new();
    private TimeSpan _beganAt;
    private TimeSpan _beganBeforeAt;

    /// <summary>How many fingerprints are held.</summary>
    public int Held
    {
        get
        {
            lock (_lock)
            {
                return _fingerprints.Count + _frequent.Count + _frequentBefore.Count;
            }
        }
    }

    /// <summary>A request came that cannot be told from others.</summary>
    public void Unread(TimeSpan now)
    {
        lock (_lock)
        {
            Turn(now);
            _now.Came(isRead: false);
        }
    }

    /// <summary>A request came.</summary>
    /// <param name="fingerprint">What it is.</param>
    /// <param name="label">What it is called.</param>
    /// <param name="isCacheable">Whether a cache of responses would answer it.</param>
    /// <param name="now">When.</param>
    /// <returns>What was found of it; null where it is none of those that are looked at.</returns>
    public Sighting? See(UInt128 fingerprint, string label, bool isCacheable, TimeSpan now)
    {
        lock (_lock)
        {
            Turn(now);
            _now.Came(isRead: true);
            _frequent.See(fingerprint, label);
            if (_fingerprints.See(fingerprint, now) is not { } sighting)
            {
                return null;
            }

            _now.Saw(sighting, isCacheable);
            return sighting;
        }
    }

    /// <summary>A request was answered that a cache would have answered.</summary>
    public void Save(Sighting sighting, SavedRequest saved)
    {
        lock (_lock)
        {
            _now.Save(sighting, saved);
        }
    }

    public RedundancyReport Report(string service, TimeSpan now)
    {
        lock (_lock)
        {
            Turn(now);
            var sum = PeriodCounts.Sum(_before, _now);
            CacheSaving[] savings = [.. Enumerable.Range(0, Lifetimes.Tried.Length).Select(sum.SavingOf)];
            var knee = Lifetimes.Knee([.. savings.Select(static saving => saving.Requests)]);
            var best = knee is { } at ? savings[at] : null;
            var isWorthIt = RedundancyVerdict.IsWorthIt(sum, best);
            return new RedundancyReport
            {
                Service = service,
                Observed = now - _beganBeforeAt,
                Requests = sum.Requests,
                Unread = sum.Unread,
                Looked = _fingerprints.Share,
                Windows = [.. Lifetimes.Windows.Select((window, i) => new RepeatShare(window, sum.RepeatsWithin(i)))],
                Top = [.. _frequent.Top(Top).Concat(_frequentBefore.Top(Top)).GroupBy(static each => (each.Endpoint, each.Fingerprint))
                    .Select(static same => same.First() with { Requests = same.Sum(static each => each.Requests) })
                    .OrderByDescending(static each => each.Requests).ThenBy(static each => each.Fingerprint, StringComparer.Ordinal).Take(Top)],
                Savings = savings,
                SuggestedLifetime = best?.Lifetime,
                IsWorthIt = isWorthIt,
                Verdict = RedundancyVerdict.Say(sum, best, isWorthIt),
            };
        }
    }

    private void Turn(TimeSpan now)
    {
        if (now - _beganAt < Period)
        {
            return;
        }

        var isLong = now - _beganAt >= Period + Period;
        (_before, _frequentBefore, _beganBeforeAt) = isLong ? (new PeriodCounts(), new FrequentRequests(Frequent), now) : (_now, _frequent, _beganAt);
        (_now, _frequent, _beganAt) = (new PeriodCounts(), new FrequentRequests(Frequent), now);
        _fingerprints.Forget(now - Period);
    }
}
