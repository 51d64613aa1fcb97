namespace RateLimited.Http.Keys;

/// <summary>
/// What refusals for too much say of the quota that one key, or a group of keys, draws on: until when it rests. A deadline is only ever moved back, never forward, but by the success of a
/// request that was sent after it was set. A state machine without clock or lock; times in ticks.
/// </summary>
internal sealed class QuotaHealth
{
    /// <summary>How many requests keep a distance after a rest, and what it is at most: everybody who was told the same comes back at the same time.</summary>
    private const int Paced = 16;

    private const int PacedPart = 64;
    private const long LongestPace = 25 * TimeSpan.TicksPerMillisecond;

    /// <summary>Where nobody knows anything.</summary>
    public const long ShortestBlind = TimeSpan.TicksPerSecond;

    private const int MostDoublings = 6;

    /// <summary>After how long it is found out whether a quota has returned of which nobody says when it does.</summary>
    public static readonly long FirstProbe = TimeSpan.FromMinutes(10).Ticks;

    /// <summary>The same once it was not there again and again.</summary>
    public static readonly long LongestProbe = TimeSpan.FromHours(6).Ticks;

    /// <summary>How long others wait for the answer to a request that finds out.</summary>
    private static readonly long ProbePatience = TimeSpan.FromMinutes(1).Ticks;

    private long _limitedUntil;
    private long _limitedAt = -1;
    private long _pace;
    private int _toPace;
    private int _doublings;
    private long _exhaustedUntil;
    private long _exhaustedAt = -1;
    private int _probes;
    private bool _mustProbe;
    private bool _isHearsay;

    /// <summary>The first instant at which a request may go.</summary>
    public long OpensAt => Math.Max(_limitedUntil, _exhaustedUntil);

    /// <summary>Whether there is anything that a success would change.</summary>
    public bool IsTroubled => _exhaustedAt >= 0 || _doublings > 0;

    /// <summary>Exhausted until it was found out that the quota has returned, or until it is known to have.</summary>
    public bool IsExhausted(long now) => _exhaustedUntil > now || (_exhaustedAt >= 0 && _mustProbe);

    public bool IsLimited(long now) => _limitedUntil > now;

    /// <summary>The upstream refuses for so long.</summary>
    public void Limit(long now, long wait)
    {
        var until = Add(now, Math.Max(wait, 0));
        if (until > Math.Max(_limitedUntil, now))
        {
            (_limitedUntil, _limitedAt) = (until, now);
            (_toPace, _pace) = (Paced, Math.Min((until - now) / PacedPart, LongestPace));
        }
    }

    /// <summary>
    /// The upstream refuses and does not say for how long: the shortest wait, and twice as long each time it happens again after a rest. What was under way when a rest began says nothing new.
    /// </summary>
    public void LimitBlindly(long now, long sentAt, long longest, long shortest = ShortestBlind)
    {
        if (sentAt < _limitedAt)
        {
            return;
        }

        Limit(now, Math.Min(shortest << _doublings, longest));
        _doublings = Math.Min(_doublings + 1, MostDoublings);
    }

    /// <summary>The quota is used up.</summary>
    /// <param name="now">The time.</param>
    /// <param name="sentAt">When the request went that was told so.</param>
    /// <param name="wait">For how long, as far as anybody says.</param>
    /// <param name="isCertain">Whether it is there again after that. Otherwise one request finds out, and later each time it was not.</param>
    public void Exhaust(long now, long sentAt, long wait, bool isCertain)
    {
        if (!isCertain && sentAt < _exhaustedAt)
        {
            return;
        }

        var interval = isCertain ? 0 : Math.Min(FirstProbe << _probes, LongestProbe);
        _probes += interval is > 0 && interval < LongestProbe ? 1 : 0;
        _exhaustedUntil = Math.Max(_exhaustedUntil, Add(now, Math.Max(wait, interval)));
        (_exhaustedAt, _mustProbe, _isHearsay) = (now, !isCertain, false);
    }

    /// <summary>Another process found it used up, until an instant; then one request finds out.</summary>
    public void ExhaustedElsewhere(long now, long until)
    {
        _isHearsay = _exhaustedAt < 0 || _isHearsay;
        _exhaustedUntil = Math.Max(_exhaustedUntil, until);
        (_exhaustedAt, _mustProbe) = (now, _mustProbe || _isHearsay);
    }

    /// <summary>Another process found it returned: what was only heard of it holds no more.</summary>
    public void ReturnedElsewhere()
    {
        if (_isHearsay)
        {
            (_exhaustedUntil, _exhaustedAt, _probes, _mustProbe, _isHearsay) = (0, -1, 0, false, false);
        }
    }

    /// <summary>Until when it is taken for used up before somebody finds out.</summary>
    public long ExhaustedUntil => _exhaustedUntil;

    /// <summary>Until when the upstream wants no request.</summary>
    public long LimitedUntil => _limitedUntil;

    /// <summary>A request goes.</summary>
    public void Went(long now)
    {
        if (_toPace > 0 && now >= _limitedUntil)
        {
            _limitedUntil = --_toPace > 0 ? Add(now, _pace) : _limitedUntil;
        }

        if (_mustProbe && _exhaustedAt >= 0 && now >= _exhaustedUntil)
        {
            _exhaustedUntil = Add(now, ProbePatience);
        }
    }

    /// <summary>Somebody may have paid: where nobody knows when it returns, the next request finds out.</summary>
    public void Reconsider()
    {
        if (_mustProbe)
        {
            (_exhaustedUntil, _probes) = (0, 0);
        }
    }

    /// <summary>A request that went at an instant had success.</summary>
    public void Succeeded(long sentAt)
    {
        if (sentAt >= _limitedAt)
        {
            _doublings = 0;
        }

        if (_exhaustedAt >= 0 && sentAt >= _exhaustedAt)
        {
            (_exhaustedUntil, _exhaustedAt, _probes, _mustProbe, _isHearsay) = (0, -1, 0, false, false);
        }
    }

    private static long Add(long instant, long ticks) => instant > long.MaxValue - ticks ? long.MaxValue : instant + ticks;
}
