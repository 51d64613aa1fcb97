namespace RateLimited.Http.Caching;

/// <summary>How many of a service's requests repeat others, and whether a cache would be worth it. Of today and yesterday, by the time since the program began. Numbers are estimates where not all requests were looked at.</summary>
public sealed record RedundancyReport
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>Over what time.</summary>
    public required TimeSpan Observed { get; init; }

    /// <summary>How many requests came.</summary>
    public required long Requests { get; init; }

    /// <summary>How many of them could not be told from others, because their body is long or can be read but once. They count as none that repeats.</summary>
    public required long Unread { get; init; }

    /// <summary>Which share of all different requests is looked at now, 0 to 1: all, until there are more than memory is given to.</summary>
    public required double Looked { get; init; }

    /// <summary>How many requests repeated others, by how long ago those came.</summary>
    public required IReadOnlyList<RepeatShare> Windows { get; init; }

    /// <summary>The ten that come most often.</summary>
    public required IReadOnlyList<RepeatedRequest> Top { get; init; }

    /// <summary>What caches would have saved, by their lifetime, the shortest first.</summary>
    public required IReadOnlyList<CacheSaving> Savings { get; init; }

    /// <summary>The lifetime beyond which answers grow old for little; null where nothing would be saved.</summary>
    public required TimeSpan? SuggestedLifetime { get; init; }

    /// <summary>Whether a cache is worth it: it would answer one request in twenty, and enough was seen to say so.</summary>
    public required bool IsWorthIt { get; init; }

    /// <summary>All of it in a sentence.</summary>
    public required string Verdict { get; init; }
}
