namespace RateLimited.Http.Signals;

/// <summary>The one place where what an upstream says is bounded.</summary>
/// <param name="MaxHint">No wait that leaves this room is longer.</param>
/// <param name="MaxExhausted">Until when a quota that is used up returns at the latest.</param>
internal readonly record struct SignalBounds(TimeSpan MaxHint, TimeSpan MaxExhausted)
{
    /// <summary>How much of one header value is examined.</summary>
    public const int MaxHeaderLength = 1024;

    /// <summary>How many lines of one header are examined; repeated lines are rare, and a thousand of them hostile.</summary>
    public const int MaxLines = 16;

    /// <summary>How many headers of limits are examined.</summary>
    public const int MaxHeaders = 128;

    /// <summary>How much of a body is examined.</summary>
    public const int MaxBodyLength = 64 * 1024;

    /// <summary>How long ago a reset may lie to be taken for "now". Anthropic's lie seconds in the past; older ones are another clock's or another unit's.</summary>
    public static readonly TimeSpan MaxPast = TimeSpan.FromHours(1);

    /// <summary>How far the upstream's Date may be from our clock to be believed as its clock. A day is a clock set to the wrong date, which is what the correction is for.</summary>
    public static readonly TimeSpan MaxSkew = TimeSpan.FromDays(2);

    /// <summary>The longest until a quota returns that can be meant.</summary>
    public static readonly TimeSpan LongestReturn = TimeSpan.FromDays(31);

    private long MaxTicks => Math.Max(MaxHint.Ticks, 0);

    /// <summary>The duration within the bounds, and whether it was within them before.</summary>
    public TimeSpan Bound(long ticks, out bool exceeded)
    {
        exceeded = ticks > MaxTicks;
        return new TimeSpan(Math.Clamp(ticks, 0, MaxTicks));
    }

    /// <summary>Whether a duration is beyond what we would wait for, and can be meant of a quota that is used up: no known one takes longer than a month to return.</summary>
    public bool IsReturn(long ticks) => ticks > MaxTicks && ticks <= LongestReturn.Ticks;

    /// <summary>Until a quota returns, within the bounds.</summary>
    public TimeSpan BoundReturn(long ticks) => new(Math.Min(ticks, MaxExhausted.Ticks));

    /// <summary>Whether a duration until a reset can be meant: not long past, not beyond what we would wait.</summary>
    public bool IsPlausible(long ticks) => ticks >= -MaxPast.Ticks && ticks <= MaxTicks;
}
