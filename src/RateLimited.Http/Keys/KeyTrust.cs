namespace RateLimited.Http.Keys;

/// <summary>
/// Where the upstream accepts a key and where it does not. A refusal is evidence against the key at one endpoint, not a verdict: it may be the endpoint's fault, or that of an upstream that refuses
/// everybody today. The key is disabled only when it is refused a second time where another key was accepted meanwhile, and was itself accepted nowhere. What is at no endpoint that anybody named may
/// be many endpoints: there only another key that the same request was accepted with is evidence, and what no key was accepted for is held against none. A state machine without clock or lock; times in
/// ticks.
/// </summary>
internal sealed class KeyTrust
{
    /// <summary>How many endpoints are told apart. Those beyond share one.</summary>
    private const int MostEndpoints = 256;

    private const string Others = "";

    /// <summary>After how long it is found out whether a refused key is accepted again; twice as long each time it is not.</summary>
    public static readonly long FirstProbe = TimeSpan.FromSeconds(30).Ticks;

    public static readonly long LongestProbe = TimeSpan.FromMinutes(15).Ticks;

    private readonly Dictionary<string, Evidence> _endpoints = new(StringComparer.Ordinal) { [Others] = new() };
    private long _acceptedAt = -1;
    private long _doubtedAt = -1;
    private long _since;
    private long _disabledAt;

    private bool IsFull => _endpoints.Count == MostEndpoints;

    /// <summary>Whether it is not used any more.</summary>
    public bool IsDisabled { get; private set; }

    /// <summary>At how many endpoints it is refused.</summary>
    public int RefusedCount { get; private set; }

    /// <summary>Whether it is refused anywhere, or was not accepted when it was needed last, be that its fault or not.</summary>
    public bool IsSuspected => RefusedCount > 0 || _doubtedAt >= 0;

    /// <summary>Whether the key is refused at an endpoint, and from when on it may be tried there nevertheless.</summary>
    public bool IsRefused(string endpoint, out long retryAt)
    {
        retryAt = 0;
        if (RefusedCount == 0 || Find(endpoint) is not { Refusals: > 0 } evidence)
        {
            return false;
        }

        retryAt = evidence.RetryAt;
        return true;
    }

    /// <summary>When it was accepted last at an endpoint; -1 for never.</summary>
    public long AcceptedAt(string endpoint) => Find(endpoint)?.AcceptedAt ?? -1;

    /// <summary>The first instant at which a request finds out at any endpoint; <see cref="long.MaxValue"/> where it is refused at none.</summary>
    public long NextProbe()
    {
        var next = long.MaxValue;
        foreach (var (_, evidence) in _endpoints)
        {
            next = evidence.Refusals > 0 ? Math.Min(next, evidence.RetryAt) : next;
        }

        return next;
    }

    /// <summary>A request goes to an endpoint: if it finds out about the key, others wait for what it finds.</summary>
    public void Went(string endpoint, long now)
    {
        if (RefusedCount > 0 && Find(endpoint) is { Refusals: > 0 } evidence && now >= evidence.RetryAt)
        {
            evidence.RetryAt = now + IntervalAfter(evidence.Refusals);
        }
    }

    /// <summary>The key was accepted.</summary>
    public void Accepted(string endpoint, long now, long sentAt)
    {
        if (sentAt < _since)
        {
            return;
        }

        var evidence = At(endpoint);
        evidence.AcceptedAt = now;
        (_acceptedAt, _doubtedAt) = (now, -1);
        if (evidence.Refusals > 0 && sentAt >= evidence.RefusedAt)
        {
            evidence.Refusals = 0;
            RefusedCount--;
            IsDisabled = false;
        }
    }

    /// <summary>Another process found it not accepted at an endpoint: others are taken there until an instant, and then one request finds out. It disables nothing: that takes evidence of one's own.</summary>
    public void RefusedElsewhere(string endpoint, long now, long until)
    {
        var evidence = At(endpoint);
        if (evidence.Refusals > 0 && !evidence.IsHearsay)
        {
            return;
        }

        RefusedCount += evidence.Refusals > 0 ? 0 : 1;
        (evidence.Refusals, evidence.IsHearsay, evidence.Since, evidence.SentAt, evidence.RefusedAt) = (1, true, now, -1, now);
        evidence.RetryAt = Math.Min(until, now + LongestProbe);
    }

    /// <summary>Another process found it accepted there: what was only heard holds no more.</summary>
    public void AcceptedElsewhere(string endpoint)
    {
        if (Find(endpoint) is { Refusals: > 0, IsHearsay: true } evidence)
        {
            evidence.Refusals = 0;
            RefusedCount--;
        }
    }

    /// <summary>Until when others are told not to use it at an endpoint; null where nothing stands against it. Of one that is disabled here they find out for themselves after that.</summary>
    public long? RefusedUntil(string endpoint) => IsDisabled ? _disabledAt + LongestProbe : Find(endpoint) is { Refusals: > 0 } evidence ? evidence.RetryAt : null;

    /// <summary>The key was not accepted.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="now">The time.</param>
    /// <param name="sentAt">When the request went.</param>
    /// <param name="othersAcceptedAt">When another key that is not disabled was accepted last at the same endpoint; -1 for never.</param>
    public void Refused(string endpoint, long now, long sentAt, long othersAcceptedAt)
    {
        var evidence = At(endpoint);
        if (evidence is { Refusals: > 0, IsHearsay: true } && sentAt >= _since)
        {
            // Now there is evidence of its own, which begins here.
            evidence.Refusals = 0;
            RefusedCount--;
        }

        evidence.IsHearsay &= sentAt < _since;
        if (sentAt < _since || (evidence.Refusals > 0 && sentAt < evidence.RefusedAt))
        {
            // It was under way when the first of its kind was refused, or went with the credential before this one, and says nothing new.
            return;
        }

        if (evidence.Refusals == 0)
        {
            evidence.Since = now;
            RefusedCount++;
        }
        else if (othersAcceptedAt > evidence.Since && _acceptedAt < evidence.Since && !IsOfMany(evidence))
        {
            (IsDisabled, _disabledAt) = (true, now);
        }

        evidence.Refusals++;
        (evidence.SentAt, evidence.RefusedAt, evidence.RetryAt) = (sentAt, now, now + IntervalAfter(evidence.Refusals));
    }

    /// <summary>A request that was refused with the key was accepted with another: nothing but the key was different.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="sentAt">When the request went with this key.</param>
    public void Contradicted(string endpoint, long sentAt)
    {
        if (Find(endpoint) is { Refusals: > 1 } evidence && sentAt > evidence.Since && _acceptedAt < evidence.Since)
        {
            (IsDisabled, _disabledAt) = (true, evidence.RefusedAt);
        }
    }

    /// <summary>A request that was refused with the key was accepted with no other: then it is the request, or where it goes.</summary>
    /// <param name="endpoint">Where.</param>
    /// <param name="now">The time.</param>
    /// <param name="sentAt">When the request went with this key.</param>
    public void Withdrawn(string endpoint, long now, long sentAt)
    {
        if (Find(endpoint) is not { Refusals: > 0 } evidence || evidence.SentAt != sentAt)
        {
            return;
        }

        evidence.SentAt = -1;
        evidence.RetryAt = now;
        if (--evidence.Refusals > 0)
        {
            evidence.RetryAt += IntervalAfter(evidence.Refusals);
        }
        else
        {
            RefusedCount--;
        }

        // One that works elsewhere is beyond doubt.
        _doubtedAt = _acceptedAt >= 0 && now - _acceptedAt < FirstProbe ? -1 : now;
    }

    /// <summary>No other key is left that could stand against it: it is tried again as one that is refused.</summary>
    public void Reconsider() => IsDisabled = false;

    /// <summary>The credential was replaced: what is said of the old one, also by answers that are still to come, says nothing of the new one.</summary>
    public void Reset(long now)
    {
        _endpoints.Clear();
        _endpoints[Others] = new Evidence();
        (_acceptedAt, _doubtedAt, _since, RefusedCount, IsDisabled) = (-1, -1, now, 0, false);
    }

    private static long IntervalAfter(int refusals) => Math.Min(FirstProbe << Math.Min(refusals - 1, 10), LongestProbe);

    private bool IsOfMany(Evidence evidence) => ReferenceEquals(evidence, _endpoints[Others]);

    private Evidence? Find(string endpoint) => _endpoints.TryGetValue(endpoint, out var evidence) ? evidence : IsFull ? _endpoints[Others] : null;

    private Evidence At(string endpoint)
    {
        if (Find(endpoint) is { } known)
        {
            return known;
        }

        var evidence = new Evidence();
        _endpoints.Add(endpoint, evidence);
        return evidence;
    }

    private sealed class Evidence
    {
        public long AcceptedAt { get; set; } = -1;

        /// <summary>When the present row of refusals began.</summary>
        public long Since { get; set; }

        public long RefusedAt { get; set; }

        /// <summary>When the last request went that was refused and counted; -1 once that was withdrawn.</summary>
        public long SentAt { get; set; } = -1;

        public long RetryAt { get; set; }

        public int Refusals { get; set; }

        /// <summary>Whether only another process says so.</summary>
        public bool IsHearsay { get; set; }
    }
}
