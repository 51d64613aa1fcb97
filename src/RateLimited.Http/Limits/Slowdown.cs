namespace RateLimited.Http.Limits;

/// <summary>
/// The distance that requests keep while their upstream warns without figures: a limit is near, it is loaded, it punishes. It begins with the distance that they had when the first warning came,
/// and grows or shrinks by answers to what went after the last change. A state machine without clock or lock; times in ticks.
/// </summary>
/// <remarks>
/// A warning never holds anybody up for more than <see cref="Longest"/>, is forgotten after <see cref="Memory"/> without another, and one that is said for longer than anything is believed is
/// believed no more until an answer comes without it, or a refusal.
/// </remarks>
internal struct Slowdown
{
    /// <summary>The longest distance: one request a second goes always.</summary>
    public const long Longest = TimeSpan.TicksPerSecond;

    /// <summary>For how long a warning counts.</summary>
    public const long Memory = 30 * TimeSpan.TicksPerSecond;

    /// <summary>What a warning says that is to change nothing: neither more nor less.</summary>
    public const int Steady = 1_000;

    /// <summary>The most that one warning says: half as many.</summary>
    public const int Strongest = 2 * Steady;

    /// <summary>Twice in this time nothing changes: an upstream that counts by the second shows by then what a change did.</summary>
    private const long Step = TimeSpan.TicksPerSecond;

    /// <summary>How long nobody warns before more go. What is counted over seconds shows late what a change did, and quick changes would only swing.</summary>
    private const long Calm = 3 * TimeSpan.TicksPerSecond;

    private const long Shortest = TimeSpan.TicksPerMillisecond;

    private long _distance;
    private long _first;
    private long _begunAt;
    private long _changedAt;
    private long _warnedAt;
    private bool _isDisbelieved;

    /// <summary>Whether requests keep a distance.</summary>
    public readonly bool IsOn => _distance > 0;

    /// <summary>The response to a request warns.</summary>
    /// <param name="now">The time.</param>
    /// <param name="sentAt">When the request went. One that went before the last change says nothing of what that did.</param>
    /// <param name="underWay">How many were under way, it included: with how long it took, that is how fast they go.</param>
    /// <param name="strain">How much there is for what there should be, in thousandths: distances are to be so many times as long.</param>
    /// <param name="believed">For how long a warning is believed.</param>
    public void Warn(long now, long sentAt, long underWay, int strain, long believed)
    {
        if (_isDisbelieved)
        {
            return;
        }

        Forget(now);
        if (!IsOn)
        {
            (_first, _begunAt, _changedAt) = (Math.Clamp((now - sentAt) / Math.Max(underWay, 1), Shortest, Longest), now, now);
            _distance = Stretched(_first, strain);
        }
        else if (now - _begunAt >= believed)
        {
            this = new Slowdown { _isDisbelieved = true };
            return;
        }
        else if (IsNews(now, sentAt))
        {
            (_distance, _changedAt) = (Stretched(_distance, strain), now);
        }

        _warnedAt = now;
    }

    /// <summary>The response to a request does not warn.</summary>
    public void Ease(long now, long sentAt)
    {
        _isDisbelieved = false;
        if (!IsOn || now - _warnedAt < Calm || !IsNews(now, sentAt))
        {
            return;
        }

        (_distance, _changedAt, _begunAt) = (_distance - (_distance / 5), now, now);
        if (_distance <= _first / 2)
        {
            // Twice as many as when it began, and no warning.
            this = default;
        }
    }

    /// <summary>A refusal says that warnings are no lies.</summary>
    public void Believe() => _isDisbelieved = false;

    /// <summary>A request goes. Returns when the next may; zero at once.</summary>
    public long After(long now)
    {
        Forget(now);
        return IsOn ? Saturating.Add(now, _distance) : 0;
    }

    private void Forget(long now)
    {
        if (IsOn && now - _warnedAt >= Memory)
        {
            this = default;
        }
    }

    private readonly bool IsNews(long now, long sentAt) => sentAt >= _changedAt && now - _changedAt >= Step;

    private static long Stretched(long distance, int strain) => Math.Min(distance * Math.Clamp(strain, Steady, Strongest) / Steady, Longest);
}
