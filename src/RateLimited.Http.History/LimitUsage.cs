namespace RateLimited.Http.History;

/// <summary>One limit within one minute, by samples of which there is one each five seconds. Immutable.</summary>
public sealed record LimitUsage
{
    /// <summary>The limit's name.</summary>
    public required string Name { get; init; }

    /// <summary>What the quota counts.</summary>
    public required string Unit { get; init; }

    /// <summary>What the limit counts separately by.</summary>
    public required string Partition { get; init; }

    /// <summary>The quota when <see cref="Peak"/> was used of it.</summary>
    public required long Quota { get; init; }

    /// <summary>The window; null for concurrency, which has none.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>How much was used when the largest share of the quota was. For a limit per tenant: of the fullest partition.</summary>
    public required long Peak { get; init; }

    /// <summary>How much was used at the minute's end.</summary>
    public required long Used { get; init; }

    /// <summary>How much was taken within the minute: the sum of what use rose by between samples, and so never too much.</summary>
    public required long Taken { get; init; }

    /// <summary>In how much time the whole quota would have been free again at the minute's end; null for concurrency, where that is not known.</summary>
    public TimeSpan? ResetAfter { get; init; }

    /// <summary>How many partitions the limit counted at the minute's end.</summary>
    public int Partitions { get; init; } = 1;
}
