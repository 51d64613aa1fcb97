namespace RateLimited.Http.History;

/// <summary>What the limits of one service did within a period. Immutable.</summary>
public sealed record ServiceReport
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>What became of its requests.</summary>
    public required RequestCounts Requests { get; init; }

    /// <summary>How many of those that the limits admitted the upstream answered with 429.</summary>
    public required long Unexpected429 { get; init; }

    /// <summary>Refusals by endpoint.</summary>
    public required RefusalRanking ByEndpoint { get; init; }

    /// <summary>Refusals by tenant.</summary>
    public required RefusalRanking ByTenant { get; init; }

    /// <summary>Refusals by the API key, or quota group, whose limit had no room.</summary>
    public required RefusalRanking ByKey { get; init; }

    /// <summary>Refusals by the limit that had no room.</summary>
    public required RefusalRanking ByLimit { get; init; }

    /// <summary>Refusals by their reason.</summary>
    public required RefusalRanking ByReason { get; init; }

    /// <summary>The limits, the one with the least room first.</summary>
    public required IReadOnlyList<LimitReport> Limits { get; init; }

    /// <summary>Each hour of the period, from its first to its last.</summary>
    public required IReadOnlyList<TimeCounts> Hours { get; init; }

    /// <summary>The 24 hours of the day, in UTC, over the period and what is known of the time before it.</summary>
    public required IReadOnlyList<TimeCounts> ByHour { get; init; }

    /// <summary>The days of the week, from Monday, over the period and what is known of the time before it.</summary>
    public required IReadOnlyList<TimeCounts> ByWeekday { get; init; }

    /// <summary>Which tiers of its provider would carry what was used; empty where no preset of it is known, or it has no figures.</summary>
    public required IReadOnlyList<TierReport> Tiers { get; init; }
}
