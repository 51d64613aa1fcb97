namespace RateLimited.Http.Limits;

/// <summary>
/// A quota that is used up for longer than a hint is believed: nothing goes until it returns, but one request at intervals, which finds out whether it has. A state machine without clock or
/// lock; times in ticks.
/// </summary>
internal struct Exhaustion
{
    /// <summary>After how long one request finds out whether a quota has returned of which nobody says when it does.</summary>
    public static readonly TimeSpan UnknownReturn = TimeSpan.FromMinutes(10);

    /// <summary>How long others wait for the answer to the request that finds out.</summary>
    private const long Patience = TimeSpan.TicksPerMinute;

    private long _returnsAt;
    private long _looksAt;
    private long _since;

    public readonly bool IsHeld => _returnsAt != 0;

    /// <summary>The first instant at which a request may go; zero when nothing is used up.</summary>
    public readonly long OpensAt => Math.Min(_returnsAt, _looksAt);

    /// <summary>After how long one request finds out whether a quota has returned: as long as anything is believed, and sooner where nobody says when it does.</summary>
    public static long IntervalOf(long? wait, long longest) => wait is null ? Math.Min(UnknownReturn.Ticks, longest) : longest;

    public void Form(StateForm form)
    {
        form.Instant(ref _returnsAt);
        form.Instant(ref _looksAt);
        form.Instant(ref _since);
    }

    /// <summary>The upstream says that a quota is used up.</summary>
    /// <param name="now">The time.</param>
    /// <param name="sentAt">When the request went that was told so. One that was under way when that was known says nothing new.</param>
    /// <param name="wait">How long until it returns.</param>
    /// <param name="interval">After how long one request finds out whether it is so.</param>
    public void Begin(long now, long sentAt, long wait, long interval)
    {
        if (!IsHeld || sentAt >= _since)
        {
            (_returnsAt, _looksAt, _since) = (Saturating.Add(now, Math.Max(wait, 1)), Saturating.Add(now, interval), now);
        }
    }

    /// <summary>A request goes. Returns whether the quota is taken to have returned.</summary>
    public bool WentAt(long now)
    {
        if (!IsHeld || now < OpensAt)
        {
            return false;
        }

        if (now >= _returnsAt)
        {
            this = default;
            return true;
        }

        _looksAt = Saturating.Add(now, Patience);
        return false;
    }

    /// <summary>A request that went at an instant had success. Returns whether that ends it.</summary>
    public bool SucceededAt(long sentAt)
    {
        if (!IsHeld || sentAt < _since)
        {
            return false;
        }

        this = default;
        return true;
    }
}
