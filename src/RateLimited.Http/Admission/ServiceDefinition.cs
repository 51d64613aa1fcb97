using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>A service as configured: valid, immutable, and replaced as a whole on reload.</summary>
internal sealed record ServiceDefinition
{
    public required string Name { get; init; }
    public RateLimitMode Mode { get; init; }
    public required IReadOnlyList<LimitDefinition> Limits { get; init; }
    public IReadOnlyList<EndpointDefinition> Endpoints { get; init; } = [];

    /// <summary>What every request costs, where neither it nor its endpoint says.</summary>
    public IReadOnlyList<UnitCost> Costs { get; init; } = [];
    public IReadOnlyList<LimitDefinition> TenantLimits { get; init; } = [];
    public IReadOnlyList<TenantClassDefinition> TenantClasses { get; init; } = [];
    public Func<string, string?>? TenantClassOf { get; init; }
    public QueueDefinition Queue { get; init; } = new();

    /// <summary>The keys that its requests go with; null where it has none.</summary>
    public KeyPoolDefinition? Keys { get; init; }

    /// <summary>Null: the measured spread of the latency.</summary>
    public TimeSpan? ArrivalGuard { get; init; }

    /// <summary>Whether requests are held back while the upstream fails.</summary>
    public bool FaultThrottle { get; init; } = true;

    public CorrectionDefinition Correction { get; init; } = new();

    /// <summary>How many invalid requests its upstream puts up with; null where that is not known.</summary>
    public InvalidRequestsDefinition? InvalidRequests { get; init; }

    /// <summary>The name of the store that other processes count in too; null: this process.</summary>
    public string? Store { get; init; }

    /// <summary>How quota is had of that store; null: as it does it for all services.</summary>
    public LeaseMode? Lease { get; init; }

    /// <summary>Whether what is counted outlives the process.</summary>
    public bool IsKept { get; init; }

    public int MaxPartitions { get; init; } = 100_000;
    public TimeSpan PartitionIdleTimeout { get; init; } = TimeSpan.FromMinutes(5);
}

/// <summary>One limit. Its name is unique among the limits it stands beside; on reload, a limit of the same name and unit keeps its state.</summary>
internal sealed record LimitDefinition(string Name, string Unit, LimitRule Rule, PartitionBy Partition = PartitionBy.Service)
{
    /// <summary>In how many parts the rule counts a unit: its quota is in those. More than one where requests can cost part of a unit.</summary>
    public int PartsPerUnit { get; init; } = 1;

    /// <summary>Whether its quota is spread over its window, by itself or by what stands beside it.</summary>
    public bool IsPaced { get; init; }

    /// <summary>The name of the limit beside it whose quota it spreads; null where it is a limit of its own. What spreads one is no limit of the upstream's, and nobody is shown it: what it refuses, that limit does.</summary>
    public string? PaceOf { get; init; }

    /// <summary>The name of what spreads the quota of a limit of a name, where that is a limit beside it.</summary>
    public static string PaceNameOf(string name) => $"{name} paced";

    /// <summary>Whose quota it is, where it counts by key and other processes count it too; else null.</summary>
    public QuotaOwner? Owner { get; init; }
}

internal sealed record EndpointDefinition(string Name, IReadOnlyList<LimitDefinition> Limits, bool ServiceLimits)
{
    /// <summary>What a request to it costs, unless it says otherwise.</summary>
    public IReadOnlyList<UnitCost> Costs { get; init; } = [];
}

internal sealed record TenantClassDefinition(string Name, IReadOnlyList<LimitDefinition> Limits, IReadOnlyCollection<string> Tenants, int Weight);

/// <summary>How far the upstream's word goes against the configured limits.</summary>
internal sealed record CorrectionDefinition
{
    /// <summary>The longest wait that the upstream may ask for.</summary>
    public TimeSpan MaxHint { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How long a quota is held for used up.</summary>
    public TimeSpan MaxExhausted { get; init; } = TimeSpan.FromDays(31);

    /// <summary>Where the account is; null if that is not known.</summary>
    public TimeZoneInfo? AccountZone { get; init; }

    /// <summary>Whether limits that the upstream reports may be wider than the configured ones.</summary>
    public bool TrustUpstream { get; init; }

    /// <summary>Whether there are no limits but those that the upstream reports.</summary>
    public bool Discover { get; init; }

    /// <summary>How long the first answer is waited for where others may have used the quota already; zero: not at all.</summary>
    public TimeSpan AskFirst { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether responses are known to tell of the quota before any has come: somebody said how they do.</summary>
    public bool IsSpoken { get; init; }

    /// <summary>Whether what was learned of a limit holds until something else is said.</summary>
    public bool IsLearned => TrustUpstream || Discover;
}

/// <summary>How many requests may be answered by certain statuses before the upstream bans their sender.</summary>
internal sealed record InvalidRequestsDefinition(InvalidRequests Rule, IReadOnlyCollection<int> Statuses)
{
    /// <summary>The limit's name in status, metrics and refusals.</summary>
    public const string Name = "invalid requests";

    /// <summary>The limit, over all requests of the service wherever they go.</summary>
    public LimitDefinition Limit => new(Name, UnitCost.Requests, Rule);
}

internal sealed record QueueDefinition
{
    public int Length { get; init; } = 10_000;
    public IReadOnlyDictionary<string, long> Costs { get; init; } = new Dictionary<string, long>(StringComparer.Ordinal);
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(100);
    public QueueOverflow Overflow { get; init; }
    public TimeSpan Ageing { get; init; } = TimeSpan.FromSeconds(30);
}
