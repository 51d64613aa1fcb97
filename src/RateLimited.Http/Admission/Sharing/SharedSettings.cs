namespace RateLimited.Http.Admission.Sharing;

/// <summary>What this process does while nobody can be asked.</summary>
internal enum AloneMode
{
    /// <summary>Each process has its share of every quota.</summary>
    LocalShare,

    /// <summary>Nobody goes.</summary>
    FailClosed,

    /// <summary>Everybody goes.</summary>
    FailOpen,
}

/// <summary>Where the limits over all services are counted.</summary>
internal enum GlobalCounting
{
    /// <summary>In this process.</summary>
    PerProcess,

    /// <summary>In the store, in one step with each service's own.</summary>
    CoLocated,

    /// <summary>In the store, of which each process has blocks ahead.</summary>
    Blocks,
}

/// <summary>How a process behaves towards a store that others share. Immutable. Times are ticks.</summary>
internal sealed record SharedSettings
{
    public AloneMode Alone { get; init; }

    /// <summary>How many processes share a quota at least; the store may say that there are more.</summary>
    public int Instances { get; init; } = 2;

    /// <summary>For how long what was granted ahead may be spent; zero: nothing is taken ahead.</summary>
    public long Ahead { get; init; } = TimeSpan.TicksPerSecond / 4;

    /// <summary>Where the limits over all services are counted.</summary>
    public GlobalCounting Globals { get; init; }

    /// <summary>For how long a block of a limit over all services may be spent.</summary>
    public long GlobalAhead { get; init; } = TimeSpan.TicksPerSecond / 4;

    /// <summary>For how long the store keeps what is held for a process that says nothing more.</summary>
    public long LeaseTimeToLive { get; init; } = 30 * TimeSpan.TicksPerSecond;

    /// <summary>For how long a request may hold what is released; never: for ever.</summary>
    public long LongestHold { get; init; } = Limits.LimitRule.Never;

    /// <summary>For how long nobody goes after the store has lost what it knew; zero: all go on.</summary>
    public long Quarantine { get; init; }

    /// <summary>How soon a lost store is asked again at first; each time without success twice as late, up to <see cref="LongestProbe"/>.</summary>
    public long FirstProbe { get; init; } = TimeSpan.TicksPerSecond / 4;

    public long LongestProbe { get; init; } = 5 * TimeSpan.TicksPerSecond;

    /// <summary>What draws how much sooner or later that is. Simulations hand in one that draws the same every time.</summary>
    public Random Dice { get; init; } = new();
}
