namespace RateLimited.Http.Testing.Simulation;

/// <summary>What became of a simulated demand.</summary>
public sealed record SimulationReport
{
    /// <summary>How many requests came.</summary>
    public required long Requests { get; init; }

    /// <summary>How many of them went, at once or after a wait.</summary>
    public required long Admitted { get; init; }

    /// <summary>How many went without waiting.</summary>
    public required long AtOnce { get; init; }

    /// <summary>How many were refused.</summary>
    public required long Refused { get; init; }

    /// <summary>From the beginning until the last request went; zero if none did.</summary>
    public required TimeSpan LastAdmission { get; init; }

    /// <summary>From the beginning until the last answer came.</summary>
    public required TimeSpan LastAnswer { get; init; }

    /// <summary>How long those that went had waited.</summary>
    public required WaitTimes Waits { get; init; }

    /// <summary>Those that were refused by reason and limit, the most frequent first.</summary>
    public required IReadOnlyList<RefusalCount> Refusals { get; init; }

    /// <summary>Every limit that counted anything, and how much of it was used.</summary>
    public required IReadOnlyList<LimitUse> Limits { get; init; }

    /// <summary>The name of the limit that held up or refused most requests; null when none did.</summary>
    public required string? Bottleneck { get; init; }

    /// <summary>What those that went cost together, by unit.</summary>
    public required IReadOnlyDictionary<string, decimal> Costs { get; init; }

    /// <summary>What that comes to in money; null where no price was given.</summary>
    public required decimal? Price { get; init; }

    /// <summary>The course of it: intervals of one length, from the beginning on.</summary>
    public required IReadOnlyList<SimulationInterval> Intervals { get; init; }
}
