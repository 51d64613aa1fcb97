namespace RateLimited.Http;

/// <summary>A service's limits and waiting line at one moment. Immutable.</summary>
public sealed record ServiceStatus
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>Whether limits are enforced.</summary>
    public required RateLimitMode Mode { get; init; }

    /// <summary>Every limit that all of the service's requests share, and those of endpoints. Limits per tenant show the tenants' number, not their names.</summary>
    public required IReadOnlyList<LimitStatus> Limits { get; init; }

    /// <summary>The service's API keys, in the order they are listed; none where it has none.</summary>
    public IReadOnlyList<KeyStatus> Keys { get; init; } = [];

    /// <summary>How many requests stand in line, by priority, from critical to background. Classes without a waiter are left out.</summary>
    public required IReadOnlyList<LineStatus> Line { get; init; }

    /// <summary>How many requests may stand in line at most.</summary>
    public int LineCapacity { get; init; }

    /// <summary>What the line takes on the heap, in bytes, reckoned by what stands in it; the tasks and messages of those who wait are their callers'.</summary>
    public long LineBytes { get; init; }

    /// <summary>What the limits and the line take on the heap, in bytes. A limit that all services share is in each service's.</summary>
    public long Bytes => Limits.Sum(static limit => limit.Bytes) + LineBytes;

    /// <summary>How long one more request of normal priority would wait now; null where that is not known (a concurrency limit ends with a release) or never.</summary>
    public required TimeSpan? Wait { get; init; }

    /// <summary>How many leases are held now.</summary>
    public required int InFlight { get; init; }

    /// <summary>The arrival guard in force: how much limits are padded so that they hold at the upstream's door.</summary>
    public required TimeSpan ArrivalGuard { get; init; }

    /// <summary>For how long the whole service still pauses because the upstream asked for it; zero when it does not.</summary>
    public required TimeSpan Pause { get; init; }
}

/// <summary>One limit at one moment. Immutable.</summary>
public sealed record LimitStatus
{
    /// <summary>The limit's name.</summary>
    public required string Name { get; init; }

    /// <summary>What the quota counts.</summary>
    public required string Unit { get; init; }

    /// <summary>What the limit counts separately by.</summary>
    public required string Partition { get; init; }

    /// <summary>The quota.</summary>
    public required long Quota { get; init; }

    /// <summary>The window; null for concurrency, which has none.</summary>
    public TimeSpan? Window { get; init; }

    /// <summary>How much of the quota is used; more than the quota after a settlement above the estimate. For a limit per tenant: of the fullest partition.</summary>
    public required long Used { get; init; }

    /// <summary>How much is left now, never negative.</summary>
    public required long Remaining { get; init; }

    /// <summary>In how much time the whole quota is free again if nothing more goes; null for concurrency, where that is not known.</summary>
    public required TimeSpan? ResetAfter { get; init; }

    /// <summary>Whether the quota is spread over the window by a <see cref="QuotaPace"/>: then it is meant to be used wholly by its end, and a high use says nothing.</summary>
    public bool IsPaced { get; init; }

    /// <summary>How many partitions the limit counts now; one where all requests share it.</summary>
    public required int Partitions { get; init; }

    /// <summary>How many partitions were forgotten, since the limit has been counted, because they were idle and whole again.</summary>
    public long Evicted { get; init; }

    /// <summary>What the limit takes on the heap with all of its partitions, in bytes: reckoned by what they hold, not asked of the collector.</summary>
    public long Bytes { get; init; }
}

/// <summary>How many requests of one priority stand in line. Immutable.</summary>
/// <param name="Priority">The priority class.</param>
/// <param name="Waiting">How many requests wait in it.</param>
public sealed record LineStatus(RequestPriority Priority, int Waiting);
