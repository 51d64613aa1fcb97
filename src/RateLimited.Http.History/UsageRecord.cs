namespace RateLimited.Http.History;

/// <summary>What became of one service within one minute. <see cref="HistoryRecord.At"/> is the minute's begin. A minute in which the program started or ended may be in two records. Immutable.</summary>
public sealed record UsageRecord : HistoryRecord
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>How many requests went at once.</summary>
    public long Admitted { get; init; }

    /// <summary>How many stood in line and went.</summary>
    public long Waited { get; init; }

    /// <summary>How many were refused.</summary>
    public long Refused { get; init; }

    /// <summary>How many went that would have waited or been refused if limits were enforced.</summary>
    public long DryRun { get; init; }

    /// <summary>How many asked not to be limited.</summary>
    public long Bypassed { get; init; }

    /// <summary>How many of those that the limits admitted the upstream answered with 429.</summary>
    public long Unexpected429 { get; init; }

    /// <summary>The limits that all requests share and those of endpoints, as they were within the minute.</summary>
    public IReadOnlyList<LimitUsage> Limits { get; init; } = [];

    /// <summary>The API keys, as they were at the minute's end.</summary>
    public IReadOnlyList<KeyUsage> Keys { get; init; } = [];
}
