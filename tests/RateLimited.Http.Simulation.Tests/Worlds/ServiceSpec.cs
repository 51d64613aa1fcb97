using RateLimited.Http.Admission;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>A simulated service as one process has it configured. Replaced as a whole by a reload.</summary>
internal sealed record ServiceSpec(string Name)
{
    public const string Endpoint = "search";
    public const string Class = "premium";

    /// <summary>More than any world has tenants or names.</summary>
    public const int ManyPartitions = 1_000;

    public IReadOnlyList<LimitSpec> Limits { get; init; } = [];

    /// <summary>The limits of the endpoint; empty where there is none.</summary>
    public IReadOnlyList<LimitSpec> EndpointLimits { get; init; } = [];

    public bool HasEndpoint { get; init; }

    /// <summary>Whether the service's limits count the endpoint's requests too.</summary>
    public bool EndpointHasServiceLimits { get; init; } = true;

    public IReadOnlyList<LimitSpec> TenantLimits { get; init; } = [];

    /// <summary>The limits that each API key has, or each group of keys; empty where there are none.</summary>
    public IReadOnlyList<LimitSpec> KeyLimits { get; init; } = [];

    /// <summary>The API keys; null where requests go without.</summary>
    public PoolSpec? Pool { get; init; }

    /// <summary>The limits of tenants of the one class, whose weight is 3; null without a class.</summary>
    public IReadOnlyList<LimitSpec>? ClassLimits { get; init; }

    public RateLimitMode Mode { get; init; }

    public QueueDefinition Queue { get; init; } = new();

    public TimeSpan? Guard { get; init; }

    public bool FaultThrottle { get; init; }

    public bool TrustsUpstream { get; init; }

    public int MaxPartitions { get; init; } = ManyPartitions;

    public TimeSpan PartitionIdle { get; init; } = TimeSpan.FromSeconds(1);

    public static bool IsPremium(string? tenant) => tenant is not null && tenant.EndsWith('0');

    /// <summary>Which limits count a request: worked out anew here, to be compared with what is charged.</summary>
    public IEnumerable<LimitSpec> LimitsOf(in AdmissionRequest request)
    {
        var isEndpoint = HasEndpoint && request.Endpoint == Endpoint;
        IEnumerable<LimitSpec> limits = isEndpoint && !EndpointHasServiceLimits ? [] : Limits.Concat(KeyLimits);
        if (isEndpoint)
        {
            limits = limits.Concat(EndpointLimits);
        }

        if (request.Tenant is { } tenant)
        {
            limits = limits.Concat(IsPremium(tenant) && ClassLimits is not null ? ClassLimits : TenantLimits);
        }

        var (by, costs) = (request.Partition, request.Costs);
        return limits.Where(limit => (limit.By != PartitionBy.Name || by is not null) && CostOf(limit.Unit, costs) > 0);
    }

    public static long CostOf(string unit, IReadOnlyList<UnitCost>? costs) =>
        costs?.Where(cost => cost.Unit == unit).Select(static cost => (long?)cost.Amount).FirstOrDefault() ?? (unit == UnitCost.Requests ? 1 : 0);

    public ServiceDefinition Definition(Func<LimitRule, LimitRule>? mutate) => new()
    {
        Name = Name,
        Mode = Mode,
        Limits = Of(Limits.Concat(KeyLimits), mutate),
        Endpoints = HasEndpoint ? [new EndpointDefinition(Endpoint, Of(EndpointLimits, mutate), EndpointHasServiceLimits)] : [],
        TenantLimits = Of(TenantLimits, mutate),
        TenantClasses = ClassLimits is { } limits ? [new TenantClassDefinition(Class, Of(limits, mutate), [], Weight: 3)] : [],
        TenantClassOf = ClassLimits is null ? null : static tenant => IsPremium(tenant) ? Class : null,
        Queue = Queue,
        ArrivalGuard = Guard,
        FaultThrottle = FaultThrottle,
        Correction = new CorrectionDefinition { TrustUpstream = TrustsUpstream, MaxHint = TimeSpan.FromSeconds(10) },
        MaxPartitions = MaxPartitions,
        PartitionIdleTimeout = PartitionIdle,
    };

    public override string ToString()
    {
        var all = Limits.Concat(EndpointLimits.Select(static limit => limit with { Name = $"endpoint {limit.Name}" })).Concat(TenantLimits.Select(static limit => limit with { Name = $"tenant {limit.Name}" }))
            .Concat(ClassLimits?.Select(static limit => limit with { Name = $"class {limit.Name}" }) ?? []).Concat(KeyLimits);
        return $"{Name} [{string.Join("; ", all)}] {Mode}, line {Queue.Length} for {Queue.Timeout.TotalSeconds:0.###} s {Queue.Overflow} ageing {Queue.Ageing.TotalSeconds:0.###} s, guard {(Guard is { } guard ? $"{guard.TotalMilliseconds} ms" : "measured")}{(Pool is { } pool ? $", keys {pool}" : "")}";
    }

    private static IReadOnlyList<LimitDefinition> Of(IEnumerable<LimitSpec> limits, Func<LimitRule, LimitRule>? mutate) => [.. limits.Select(limit => limit.Definition(mutate))];
}
