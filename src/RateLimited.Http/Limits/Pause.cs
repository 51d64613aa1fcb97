namespace RateLimited.Http.Limits;

/// <summary>
/// Until when an upstream wants no request. It is only ever lengthened. The first requests after it keep a distance: everybody who was told the same comes back at the same time.
/// A state machine without clock or lock.
/// </summary>
internal struct Pause
{
    /// <summary>How many requests keep a distance, and what it is at most: together less than half a second.</summary>
    private const int Paced = 16;

    private const int PacedPart = 64;
    private const long LongestPace = 25 * TimeSpan.TicksPerMillisecond;

    /// <summary>Where nobody knows anything.</summary>
    public const long ShortestBlind = TimeSpan.TicksPerSecond;

    private const int MostDoublings = 6;

    private int _left;
    private long _pace;
    private long _begunAt;
    private int _doublings;
    private Slowdown _slowdown;

    /// <summary>The first instant at which a request may go again; zero when nothing is paused.</summary>
    public long Until { get; private set; }

    public void Extend(long now, long duration)
    {
        _slowdown.Believe();
        var until = Saturating.Add(now, Math.Max(duration, 0));
        if (until > Math.Max(Until, now))
        {
            (Until, _left, _pace, _begunAt) = (until, Paced, Math.Min((until - now) / PacedPart, LongestPace), now);
        }
    }

    /// <summary>
    /// A request was refused and nobody says for how long: the shortest pause, and twice as long each time it happens again after a pause. What was under way when a pause began says nothing new.
    /// </summary>
    public void ExtendBlindly(long now, long sentAt, long longest, long shortest)
    {
        if (sentAt < _begunAt)
        {
            return;
        }

        Extend(now, Math.Min(shortest << _doublings, longest));
        _doublings = Math.Min(_doublings + 1, MostDoublings);
    }

    /// <summary>What held everybody up is over at once: the first requests keep a distance as after a pause.</summary>
    public void Spread(long now) => (Until, _left, _pace) = (Math.Max(Until, Math.Max(now, 1)), Paced, LongestPace);

    /// <summary>The response to a request warns, and requests keep a distance until none does: <see cref="Slowdown.Warn"/>.</summary>
    public void Slow(long now, long sentAt, long underWay, int strain, long believed)
    {
        _slowdown.Warn(now, sentAt, underWay, strain, believed);
        if (_slowdown.IsOn)
        {
            // From here on whoever goes is noted.
            Until = Math.Max(Until, Math.Max(now, 1));
        }
    }

    /// <summary>The response to a request warns of nothing.</summary>
    public void Ease(long now, long sentAt) => _slowdown.Ease(now, sentAt);

    /// <summary>A request has gone.</summary>
    public void WentAt(long now)
    {
        if (Until == 0)
        {
            return;
        }

        if (_left > 0 && --_left > 0)
        {
            Until = Math.Max(Until, Saturating.Add(now, _pace));
        }
        else if (now >= Until)
        {
            (Until, _doublings) = (0, 0);
        }

        if (_slowdown.IsOn)
        {
            Until = Math.Max(Until, _slowdown.After(now));
        }
    }
}
