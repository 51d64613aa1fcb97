namespace RateLimited.Http.History;

/// <summary>One limit within a period. Immutable.</summary>
public sealed record LimitReport
{
    /// <summary>The limit's name.</summary>
    public required string Name { get; init; }

    /// <summary>What the quota counts.</summary>
    public required string Unit { get; init; }

    /// <summary>What the limit counts separately by.</summary>
    public required string Partition { get; init; }

    /// <summary>The window; null for concurrency, which has none.</summary>
    public required TimeSpan? Window { get; init; }

    /// <summary>The quota when the most was used of it.</summary>
    public required long Quota { get; init; }

    /// <summary>The most that was used of the quota.</summary>
    public required long Peak { get; init; }

    /// <summary>The minute in which that was.</summary>
    public required DateTimeOffset PeakAt { get; init; }

    /// <summary>The share of the quota that was left when the most was used: 1 for all of it, negative where more was used than the quota.</summary>
    public double BreathingRoom => 1 - ((double)Peak / Math.Max(Quota, 1));

    /// <summary>How much was taken of it, at least.</summary>
    public required long Taken { get; init; }

    /// <summary>How much was left of the quota in the period's last minute.</summary>
    public required long Left { get; init; }

    /// <summary>When the quota is used up before it is free again, by the rate at which it is used at such an hour and on such a day; null where it lasts, or too little is known.</summary>
    public required DateTimeOffset? RunsOutAt { get; init; }

    /// <summary>The day on which the most that is used of the quota in a day will be all of it, by where it went so far; null where it does not go there within a year, or less than five days are known.</summary>
    public required DateOnly? OutgrownOn { get; init; }
}
