namespace RateLimited.Http.Resilience;

/// <summary>When a circuit opens and for how long. Immutable; times in ticks.</summary>
internal sealed record BreakerRule
{
    /// <summary>Which share of calls must fail, in percent.</summary>
    public int FailurePercent { get; init; } = 50;

    public long Window { get; init; } = 30 * TimeSpan.TicksPerSecond;

    /// <summary>How many calls there must be in the window before a share says anything.</summary>
    public int MinimumCalls { get; init; } = 20;

    /// <summary>How many calls must fail one after the other, whatever their share; zero for no such rule.</summary>
    public int ConsecutiveFailures { get; init; }

    /// <summary>From which time on a call is slow; zero for no such rule.</summary>
    public long SlowCall { get; init; }

    /// <summary>Which share of calls must be slow, in percent.</summary>
    public int SlowPercent { get; init; } = 100;

    public long Break { get; init; } = 15 * TimeSpan.TicksPerSecond;

    /// <summary>The longest break that an upstream's wait can make.</summary>
    public long MaxBreak { get; init; } = 5 * TimeSpan.TicksPerMinute;

    /// <summary>How many probes go at once after the break, and how many must succeed.</summary>
    public int Probes { get; init; } = 1;

    /// <summary>Whether other processes' circuits are heard of, and hear of this one.</summary>
    public bool IsShared { get; init; }
}
