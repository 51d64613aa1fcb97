namespace RateLimited.Http.Testing.Simulation;

/// <summary>How long the work takes, and what decides that.</summary>
public sealed record ServicePlan
{
    /// <summary>By how many keys.</summary>
    public required int Keys { get; init; }

    /// <summary>From the beginning until the last answer: as the simulation says where it ran all items, else as the arithmetic does.</summary>
    public required TimeSpan Duration { get; init; }

    /// <summary>The name of the limit that decides it; null where nothing but the latency does.</summary>
    public required string? Bottleneck { get; init; }

    /// <summary>How long each limit alone would take, the slowest first.</summary>
    public required IReadOnlyList<LimitPace> Limits { get; init; }

    /// <summary>What the simulation said, which runs the limits' own code together.</summary>
    public required PlanCheck Check { get; init; }

    /// <summary>The fewest keys that do it in the time that was asked for; null where none was.</summary>
    public required int? KeysWithin { get; init; }
}
