using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Signals;

namespace RateLimited.Http.Configuration;

/// <summary>Turns valid options into what the rooms below work with: immutable, and without a trace of where it was configured.</summary>
internal static class DefinitionCompiler
{
    /// <summary>The ceiling of a learned rate where none is configured, per second: above what one process sends.</summary>
    private const long HighestRate = 1_000_000;

    /// <summary>The ceiling of a learned concurrency limit where none is configured.</summary>
    private const long HighestConcurrency = 1_000;

    /// <summary>Where a learned concurrency limit begins: as Netflix's does.</summary>
    private const long UsualConcurrency = 20;

    public static ServiceDefinition Service(string name, ServiceRateLimitingOptions options)
    {
        var layers = ServiceLayers.Of(options);
        return new ServiceDefinition
        {
            Name = name,
            Mode = options.Mode,
            Limits = Limits(layers.Limits),
            Endpoints = [.. layers.Endpoints.Select(static endpoint => Endpoint(endpoint.Key, endpoint.Value))],
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
            FaultThrottle = options.FaultThrottle,
            Correction = new CorrectionDefinition { MaxHint = options.MaxHint, TrustUpstream = options.TrustUpstream, Discover = layers.Discovers },
            Store = StoreNames.IsMemory(options.Store) ? null : options.Store,
            MaxPartitions = options.MaxPartitions,
            PartitionIdleTimeout = options.PartitionIdleTimeout,
        };
    }

    public static PipelineSettings Pipeline(ServiceRateLimitingOptions options)
    {
        var layers = ServiceLayers.Of(options);
        return new PipelineSettings(
            Router(layers.Endpoints.Select(static endpoint => (endpoint.Key, Costs(endpoint.Value)))), options.Rejection, options.BodyIdleTimeout)
        {
            Signals = new SignalReader(ServiceLayers.DialectOf(options), options.MaxHint),
            Resilience = ResilienceCompiler.Rule(options.Resilience),
            Connections = ResilienceCompiler.Connections(options.Resilience.Connections),
        };
    }

    /// <summary>The router of a service's endpoints.</summary>
    public static EndpointRouter Router(ServiceDefinition definition) => Router(definition.Endpoints.Select(static endpoint => (endpoint.Name, endpoint.Costs)));

    public static IReadOnlyList<LimitDefinition> Limits(IEnumerable<LimitOptions> limits) =>
        [.. limits.Select(static limit => new LimitDefinition(limit.EffectiveName, limit.Unit, Rule(limit), limit.Partition))];

    private static EndpointRouter Router(IEnumerable<(string Endpoint, IReadOnlyList<UnitCost> Costs)> endpoints) => EndpointRouter.WithCosts([.. endpoints]);

    private static EndpointDefinition Endpoint(string template, EndpointOptions options) =>
        new(template, Limits(options.Limits), options.ServiceLimits) { Costs = Costs(options) };

    private static IReadOnlyList<UnitCost> Costs(EndpointOptions options) => [.. options.Costs.Select(static cost => new UnitCost(cost.Key, cost.Value))];

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
            LimitAlgorithm.AdaptiveRate => AdaptiveRate(limit, window),
            LimitAlgorithm.AdaptiveConcurrency => AdaptiveConcurrency(limit),
            LimitAlgorithm.AdaptiveThrottle => new AdaptiveThrottle(),
            _ => new SlidingWindow(limit.Quota, window),
        };
    }

    private static AdaptiveRate AdaptiveRate(LimitOptions limit, long window)
    {
        if (limit.Quota > 0)
        {
            return new AdaptiveRate(limit.Quota, window, limit.Initial ?? limit.Quota);
        }

        var ceiling = Math.Max(HighestRate, limit.Initial ?? 0);
        return new AdaptiveRate(ceiling, TimeSpan.TicksPerSecond, limit.Initial ?? ceiling);
    }

    private static AdaptiveConcurrency AdaptiveConcurrency(LimitOptions limit)
    {
        var (least, first) = (limit.Minimum ?? 1, limit.Initial ?? UsualConcurrency);
        var ceiling = limit.Quota > 0 ? limit.Quota : Math.Max(HighestConcurrency, Math.Max(least, first));
        return new AdaptiveConcurrency(ceiling, least, first);
    }

    private static TimeZoneInfo? Zone(string? id) => id is not null && LimitFaults.TryZone(id, out var zone) ? zone : null;
}
