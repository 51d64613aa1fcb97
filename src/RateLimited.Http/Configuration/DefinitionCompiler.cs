using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Signals;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Configuration;

/// <summary>Turns valid options into what the rooms below work with: immutable, and without a trace of where it was configured.</summary>
internal static class DefinitionCompiler
{
    /// <summary>The ceiling of a learned rate where none is configured, per second: above what one process sends.</summary>
    private const long HighestRate = 1_000_000;

    private const long Megabyte = 1_000_000;

    /// <summary>The ceiling of a learned concurrency limit where none is configured.</summary>
    private const long HighestConcurrency = 1_000;

    /// <summary>Where a learned concurrency limit begins: as Netflix's does.</summary>
    private const long UsualConcurrency = 20;

    /// <summary>The definition of a service whose costs are those of its options.</summary>
    public static ServiceDefinition Service(string name, ServiceRateLimitingOptions options) => Service(name, options, UnitScale.Of(options));

    public static ServiceDefinition Service(string name, ServiceRateLimitingOptions options, UnitScale scale)
    {
        var layers = ServiceLayers.Of(options);
        return new ServiceDefinition
        {
            Name = name,
            Mode = options.Mode,
            Limits = Limits(layers.Limits, scale),
            Costs = CostCompiler.Fixed(options),
            Endpoints = [.. layers.Endpoints.Select(endpoint => Endpoint(endpoint.Key, endpoint.Value, scale))],
            TenantLimits = TenantLimits(options.Tenants.Limits, scale),
            TenantClasses = [.. options.Tenants.Classes.Select(tenants => TenantClass(tenants.Key, tenants.Value, scale))],
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
            Correction = new CorrectionDefinition
            {
                MaxHint = options.MaxHint,
                MaxExhausted = options.MaxExhausted,
                AccountZone = options.AccountTimeZone is { } id && LimitFaults.TryZone(id, out var zone) ? zone : null,
                TrustUpstream = options.TrustUpstream,
                Discover = layers.Discovers,
                AskFirst = options.AskFirst,
                IsSpoken = ServiceLayers.DialectOf(options) is { TellsWhatRemains: true },
            },
            InvalidRequests = ServiceLayers.InvalidRequestsOf(options),
            Store = StoreNames.IsShared(options.Store) ? options.Store : null,
            Lease = options.Lease,
            IsKept = StoreNames.IsFile(options.Store),
            MaxPartitions = options.MaxPartitions,
            PartitionIdleTimeout = options.PartitionIdleTimeout,
        };
    }

    /// <summary>What the handler needs to know.</summary>
    /// <param name="options">The options.</param>
    /// <param name="estimators">Who estimates costs besides what the options say.</param>
    public static PipelineSettings Pipeline(ServiceRateLimitingOptions options, params IReadOnlyList<ICostEstimator> estimators)
    {
        var layers = ServiceLayers.Of(options);
        var router = EndpointRouter.WithCosts([.. layers.Endpoints.Select(static endpoint => (endpoint.Key, Costs(endpoint.Value)))], CostCompiler.Fixed(options));
        return new PipelineSettings(router, options.Rejection, options.BodyIdleTimeout)
        {
            Costs = CostCompiler.Plan(options, estimators),
            BodyTimeout = options.BodyTimeout ?? Timeout.InfiniteTimeSpan,
            Signals = new SignalReader(ServiceLayers.DialectOf(options), options.MaxHint, options.MaxExhausted),
            Resilience = ResilienceCompiler.Rule(options.Resilience),
            Connections = ResilienceCompiler.Connections(options.Resilience.Connections),
        };
    }

    /// <summary>The router of a service's endpoints.</summary>
    public static EndpointRouter Router(ServiceDefinition definition) =>
        EndpointRouter.WithCosts([.. definition.Endpoints.Select(static endpoint => (endpoint.Name, endpoint.Costs))], definition.Costs);

    public static MemoryThresholds Memory(MemoryOptions options) => new(options.WarnAt * Megabyte, options.AlertAt * Megabyte);

    public static IReadOnlyList<LimitDefinition> Limits(IEnumerable<LimitOptions> limits, UnitScale scale) => [.. limits.SelectMany(limit => Limit(limit, limit.Partition, scale))];

    private static EndpointDefinition Endpoint(string template, EndpointOptions options, UnitScale scale) =>
        new(template, Limits(options.Limits, scale), options.ServiceLimits) { Costs = Costs(options) };

    private static IReadOnlyList<UnitCost> Costs(EndpointOptions options) => [.. options.Costs.Select(static cost => UnitCost.Of(cost.Key, cost.Value))];

    private static IReadOnlyList<LimitDefinition> TenantLimits(IEnumerable<LimitOptions> limits, UnitScale scale) => [.. limits.SelectMany(limit => Limit(limit, PartitionBy.Tenant, scale))];

    private static TenantClassDefinition TenantClass(string name, TenantClassOptions options, UnitScale scale) =>
        new(name, TenantLimits(options.Limits, scale), options.Tenants.ToHashSet(StringComparer.Ordinal), options.Weight);

    /// <summary>What is counted over time can be counted in parts. How many are under way at once is a whole number, and so is what is learned.</summary>
    private static IEnumerable<LimitDefinition> Limit(LimitOptions limit, PartitionBy partition, UnitScale scale)
    {
        var parts = limit.Algorithm is LimitAlgorithm.SlidingWindow or LimitAlgorithm.TokenBucket or LimitAlgorithm.FixedWindow ? scale[limit.Unit] : 1;
        var definition = new LimitDefinition(limit.EffectiveName, limit.Unit, Rule(limit, parts), partition) { PartsPerUnit = parts, IsPaced = limit.Pace != QuotaPace.None };
        if (definition is { IsPaced: true, Rule: FixedWindow window })
        {
            yield return definition with { Rule = new PacedWindow(window, BurstOf(limit, parts), WeekShape.Even, limit.Pace == QuotaPace.Profile) };
            yield break;
        }

        yield return definition;
        if (definition.IsPaced)
        {
            // A sliding window has no begin that its quota could be spread from.
            yield return definition with { Name = LimitDefinition.PaceNameOf(definition.Name), Rule = Bucket(limit, parts), PaceOf = definition.Name };
        }
    }

    /// <summary>The arithmetic of a valid limit, but for its pace, whose unit is counted in so many parts.</summary>
    public static LimitRule Rule(LimitOptions limit, int parts)
    {
        var (quota, window) = (limit.Quota * parts, limit.Window.GetValueOrDefault().Ticks);
        return limit.Algorithm switch
        {
            LimitAlgorithm.TokenBucket => Bucket(limit, parts),
            LimitAlgorithm.FixedWindow => new FixedWindow(quota, window, limit.Anchor, Zone(limit.TimeZone)),
            LimitAlgorithm.Concurrency => new Concurrency(limit.Quota),
            LimitAlgorithm.AdaptiveRate => AdaptiveRate(limit, window),
            LimitAlgorithm.AdaptiveConcurrency => AdaptiveConcurrency(limit),
            LimitAlgorithm.AdaptiveThrottle => new AdaptiveThrottle(),
            _ => new SlidingWindow(quota, window),
        };
    }

    private static TokenBucket Bucket(LimitOptions limit, int parts) =>
        new(limit.Quota * parts, limit.Window.GetValueOrDefault().Ticks, BurstOf(limit, parts));

    private static long BurstOf(LimitOptions limit, int parts) => (limit.Burst ?? limit.UsualBurst) * parts;

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
