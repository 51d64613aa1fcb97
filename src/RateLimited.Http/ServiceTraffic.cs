namespace RateLimited.Http;

/// <summary>Whose a service's requests were lately, where they went, and the last that were refused: of one process, or of several together. Its texts are whatever callers gave: take none for harmless. Immutable.</summary>
public sealed record ServiceTraffic
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>Of how many processes it is.</summary>
    public required int Processes { get; init; }

    /// <summary>By whom requests were for.</summary>
    public required TrafficShares Tenants { get; init; }

    /// <summary>By the configured endpoints that they were to go to.</summary>
    public required TrafficShares Endpoints { get; init; }

    /// <summary>The last that were refused, the newest first.</summary>
    public required IReadOnlyList<TrafficRefusal> Refusals { get; init; }
}

/// <summary>
/// Who had most of the requests since a moment. What is told of a name is never more than the truth and less by at most <see cref="Missed"/>; a name that is not told had at most as many as the last that is, and
/// <see cref="Missed"/> more. Immutable.
/// </summary>
public sealed record TrafficShares
{
    /// <summary>Since when; of several processes the earliest moment.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>All requests that went, whatever their name.</summary>
    public required long Admitted { get; init; }

    /// <summary>All that were refused.</summary>
    public required long Refused { get; init; }

    /// <summary>The names with most requests, most first.</summary>
    public required IReadOnlyList<TrafficShare> Top { get; init; }

    /// <summary>How many more requests than are told a name of <see cref="Top"/> may have had.</summary>
    public required long Missed { get; init; }
}

/// <summary>What fell to one name. Immutable.</summary>
/// <param name="Name">The name; null for all requests without one.</param>
/// <param name="Admitted">How many went.</param>
/// <param name="Refused">How many were refused.</param>
public sealed record TrafficShare(string? Name, long Admitted, long Refused);

/// <summary>One request that was refused. Immutable.</summary>
public sealed record TrafficRefusal
{
    /// <summary>When.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Why, in the words of the metric <c>rate_limit.refusals</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The name of the limit that had no room; null where no limit was the reason.</summary>
    public string? Limit { get; init; }

    /// <summary>The configured endpoint that it was to go to; null where it is none of them.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Whom it was for; null where nobody said.</summary>
    public string? Tenant { get; init; }

    /// <summary>Whose limit had no room, by name: a key's or a quota group's; null where it was none's.</summary>
    public string? Key { get; init; }

    /// <summary>Its priority, in the words of the metrics.</summary>
    public required string Priority { get; init; }
}
