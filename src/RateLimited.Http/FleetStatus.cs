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

    /// <summary>The last alerts of the service, open ones first and the newest of them before others: at most thirty of each process. Whoever shows them shows their texts as text. <see cref="IFleetBook.AcknowledgeAsync"/> acknowledges one.</summary>
    public required IReadOnlyList<Alert> Alerts { get; init; }

    /// <summary>The API keys by name, in the order of their names: as healthy as each process finds them.</summary>
    public IReadOnlyList<FleetKey> Keys { get; init; } = [];

    /// <summary>What was counted since this process first heard of the others. It never falls, whoever comes and goes: what happened between two moments is their difference.</summary>
    public FleetFlow Flow { get; init; } = new(Admitted: 0, Refused: 0, Unexpected429: 0);
}

/// <summary>One API key as several processes find it. Immutable; it does not hold the key's text.</summary>
public sealed record FleetKey
{
    /// <summary>The key's name. Two processes may call two keys by one name.</summary>
    public required string Name { get; init; }

    /// <summary>In how many processes it is in which state, in the words of the metrics.</summary>
    public required IReadOnlyDictionary<string, int> States { get; init; }

    /// <summary>What is left of its quotas where least is, from 0 to 1.</summary>
    public required double Headroom { get; init; }

    /// <summary>How many requests are under way with it.</summary>
    public required long InFlight { get; init; }

    /// <summary>How many requests have gone with it.</summary>
    public required long Requests { get; init; }

    /// <summary>How many of these were moved to another key, because the upstream refused them with this one.</summary>
    public required long Moved { get; init; }
}

/// <summary>What processes together have counted. A process counts from the second time on that it is heard of. Immutable.</summary>
/// <param name="Admitted">Requests that went, at once or after they had waited.</param>
/// <param name="Refused">Requests that were refused.</param>
/// <param name="Unexpected429">Responses with status 429 to requests that the limits had admitted.</param>
public sealed record FleetFlow(long Admitted, long Refused, long Unexpected429);
