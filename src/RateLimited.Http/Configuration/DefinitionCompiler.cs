using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Configuration;

/// <summary>Turns valid options into what the rooms below work with: immutable, and without a trace of where it was configured.</summary>
internal static class DefinitionCompiler
{
    public static ServiceDefinition Service(string name, ServiceRateLimitingOptions options) => new()
    {
        Name = name,
        Mode = options.Mode,
        Limits = Limits(options.Limits),
        Endpoints = [.. options.Endpoints.Select(static endpoint => new EndpointDefinition(endpoint.Key, Limits(endpoint.Value.Limits), endpoint.Value.ServiceLimits))],
        TenantLimits = TenantLimits(options.Tenants.Limits),
        TenantClasses = [.. options.Tenants.Classes.Select(static tenants => TenantClass(tenants.Key, tenants.Value))],
        TenantClassOf = options.Tenants.ClassOf,
        Queue = new QueueDefinition
        {
            Length = options.Queue.Length,
            Costs = new Dictionary<string, long>(options.Queue.Costs, StringComparer.Ordinal),
            Timeout = options.Queue.Timeout,
            Overflow = options.Queue.Overflow,
            Ageing = options.Queue.Ageing,
        },
        ArrivalGuard = options.ArrivalGuard,
        MaxPartitions = options.MaxPartitions,
        PartitionIdleTimeout = options.PartitionIdleTimeout,
    };

    public static PipelineSettings Pipeline(ServiceRateLimitingOptions options) =>
        new(new EndpointRouter([.. options.Endpoints.Keys]), options.Rejection, options.BodyIdleTimeout)
        {
            Resilience = ResilienceCompiler.Rule(options.Resilience),
            Connections = ResilienceCompiler.Connections(options.Resilience.Connections),
        };

    public static IReadOnlyList<LimitDefinition> Limits(IEnumerable<LimitOptions> limits) =>
        [.. limits.Select(static limit => new LimitDefinition(limit.EffectiveName, limit.Unit, Rule(limit), limit.Partition))];

    private static IReadOnlyList<LimitDefinition> TenantLimits(IEnumerable<LimitOptions> limits) =>
        [.. limits.Select(static limit => new LimitDefinition(limit.EffectiveName, limit.Unit, Rule(limit), PartitionBy.Tenant))];

    private static TenantClassDefinition TenantClass(string name, TenantClassOptions options) =>
        new(name, TenantLimits(options.Limits), options.Tenants.ToHashSet(StringComparer.Ordinal), options.Weight);

    private static LimitRule Rule(LimitOptions limit)
    {
        var window = limit.Window.GetValueOrDefault().Ticks;
        return limit.Algorithm switch
        {
            LimitAlgorithm.TokenBucket => new TokenBucket(limit.Quota, window, limit.Burst ?? limit.Quota),
            LimitAlgorithm.FixedWindow => new FixedWindow(limit.Quota, window, limit.Anchor, Zone(limit.TimeZone)),
            LimitAlgorithm.Concurrency => new Concurrency(limit.Quota),
            _ => new SlidingWindow(limit.Quota, window),
        };
    }

    private static TimeZoneInfo? Zone(string? id) => id is not null && LimitFaults.TryZone(id, out var zone) ? zone : null;
}
