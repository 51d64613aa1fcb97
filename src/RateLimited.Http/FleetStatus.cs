namespace RateLimited.Http;

/// <summary>All processes that share a service's limits, together. What is counted is counted of each that lives since it began. Immutable.</summary>
public sealed record FleetStatus
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>When they were last heard of; null where they never were. The sums are of then.</summary>
    public required DateTimeOffset? At { get; init; }

    /// <summary>Why they could not be heard of last time, without an address or a secret; null where they were.</summary>
    public required string? Fault { get; init; }

    /// <summary>How many live and have said something, this one among them once it has.</summary>
    public required int Processes { get; init; }

    /// <summary>Requests that came to the limits, by what became of them, in the words of the metric <c>rate_limit.checks</c>.</summary>
    public required IReadOnlyDictionary<string, long> Checks { get; init; }

    /// <summary>Requests that were refused, by reason, in the words of the metric <c>rate_limit.refusals</c>.</summary>
    public required IReadOnlyDictionary<string, long> Refusals { get; init; }

    /// <summary>Responses with status 429 to requests that the limits had admitted.</summary>
    public required long Unexpected429 { get; init; }

    /// <summary>US dollars, by model.</summary>
    public required IReadOnlyDictionary<string, double> SpendUsd { get; init; }

    /// <summary>How many leases are held.</summary>
    public required long InFlight { get; init; }

    /// <summary>How many requests stand in line.</summary>
    public required long Waiting { get; init; }

    /// <summary>The last alerts of the service, open ones first and the newest of them before others: at most thirty of each process. Whoever shows them shows their texts as text. Each is acknowledged in the process that has it.</summary>
    public required IReadOnlyList<Alert> Alerts { get; init; }
}
