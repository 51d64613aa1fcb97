using RateLimited.Http.Admission;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>Draws services and what their configuration changes to.</summary>
internal static class ServiceDrawing
{
    public const string Tokens = "tokens";

    /// <summary>The upstream's limits: those that all of a key's requests share.</summary>
    public static ServiceSpec Service(string name, SwarmPlan plan, Random random)
    {
        var hasEndpoint = random.Next(3) == 0;
        var spec = new ServiceSpec(name)
        {
            Limits = [.. Limits(plan, random, random.Next(1, 4)), .. random.Next(3) == 0 && plan.Names > 0 ? [Limit("name", random, PartitionBy.Name)] : Array.Empty<LimitSpec>()],
            HasEndpoint = hasEndpoint,
            EndpointLimits = hasEndpoint && random.Next(4) > 0 ? [.. Limits(plan, random, 1).Select(static limit => limit with { Name = $"own {limit.Name}" })] : [],
            EndpointHasServiceLimits = random.Next(3) > 0,
            TenantLimits = random.Next(2) == 0 && plan.Tenants > 0 ? [Limit("tenant", random, PartitionBy.Tenant)] : [],
            ClassLimits = random.Next(3) == 0 && plan.Tenants > 0 ? [Limit("class", random, PartitionBy.Tenant)] : null,
            Queue = Queue(random),
            FaultThrottle = random.Next(2) == 0,
            TrustsUpstream = random.Next(4) == 0 && plan.Has(Faults.HonestSignals) && !plan.HasFleet,

            // Above the cap each process counts others together.
            MaxPartitions = random.Next(4) == 0 && !plan.HasFleet ? random.Next(1, 4) : ServiceSpec.ManyPartitions,
            PartitionIdle = TimeSpan.FromMilliseconds(random.Next(50, 3_000)),
        };

        spec = plan.HasPools ? PoolDrawing.WithPool(spec, plan, random) : spec;

        // Requests bunch up by as much as their ways differ. What is sent before a window of the clock ends arrives after it by the whole way.
        var guard = plan.Spread + (spec.Limits.Concat(spec.EndpointLimits).Concat(spec.KeyLimits).Any(static limit => limit.Kind == LimitKind.Clock) ? plan.Way : 0);
        return plan.KnowsSpread ? spec with { Guard = TimeSpan.FromTicks(guard) } : spec;
    }

    /// <summary>A limit over all services of a process.</summary>
    public static LimitSpec Global(Random random) => Limit("global", random, PartitionBy.Service);

    /// <summary>Another configuration of the same service. The limits that its upstream has are never wider than they were at first.</summary>
    public static ServiceSpec Changed(ServiceSpec first, ServiceSpec now, SwarmPlan plan, Random random) => random.Next(6) switch
    {
        // Every second change, where keys change at all: the rest are as they are without.
        _ when now.Pool is { } pool && plan.Has(KeyFaults.Rotations) && random.Next(2) == 0 => now with { Pool = PoolDrawing.Rotated(pool, now, random) },
        0 => now with { Queue = Queue(random) },
        1 => now with { Limits = [.. first.Limits.Select(limit => Narrowed(limit, random))] },
        2 or 3 or 4 when plan.HasFleet => first,
        2 => now with { TenantLimits = plan.Tenants > 0 && random.Next(3) > 0 ? [Limit("tenant", random, PartitionBy.Tenant)] : [] },
        3 => now with { MaxPartitions = random.Next(1, 10), PartitionIdle = TimeSpan.FromMilliseconds(random.Next(50, 3_000)) },
        4 when plan.Has(Faults.Settlements) => now with { Mode = now.Mode == RateLimitMode.Enforce ? (RateLimitMode)random.Next(1, 3) : RateLimitMode.Enforce },
        _ => first,
    };

    private static LimitSpec Narrowed(LimitSpec limit, Random random)
    {
        var quota = Math.Max(1, (long)(limit.Quota * (0.4 + (random.NextDouble() * 0.6))));
        return limit with { Quota = quota, Burst = Math.Min(limit.Burst, Math.Max(1, (long)(limit.Burst * (0.4 + (random.NextDouble() * 0.6))))) };
    }

    private static IEnumerable<LimitSpec> Limits(SwarmPlan plan, Random random, int count)
    {
        for (var i = 0; i < count; i++)
        {
            // Processes that share a quota have windows of their own, which the upstream does not.
            var limit = Limit($"limit {i}", random, PartitionBy.Service, plan.SharesQuota ? [LimitKind.Sliding, LimitKind.Bucket, LimitKind.Slots] : Enum.GetValues<LimitKind>());
            yield return random.Next(3) == 0 && limit.Kind is LimitKind.Sliding or LimitKind.Bucket or LimitKind.FirstUse ? InTokens(limit) : limit;
        }
    }

    public static LimitSpec InTokens(LimitSpec limit) => limit with { Unit = Tokens, Quota = limit.Quota * 40, Burst = limit.Burst * 40 };

    public static LimitSpec Limit(string name, Random random, PartitionBy by, params LimitKind[] kinds)
    {
        var kind = kinds.Length == 0 ? (LimitKind)random.Next(5) : kinds[random.Next(kinds.Length)];
        var quota = random.Next(3) == 0 ? random.Next(1, 4) : random.Next(3, 30);
        return new LimitSpec(name, kind, quota, random.Next(50, 4_000) * TimeSpan.TicksPerMillisecond) { By = by, Burst = random.Next(2) == 0 ? quota : random.Next(1, 2 * quota) };
    }

    private static QueueDefinition Queue(Random random) => new()
    {
        Length = random.Next(4) == 0 ? random.Next(1, 10) : random.Next(10, 400),
        Timeout = random.Next(6) == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromMilliseconds(random.Next(50, 20_000)),
        Overflow = random.Next(2) == 0 ? QueueOverflow.RefuseNewest : QueueOverflow.DropLowestPriority,
        Ageing = TimeSpan.FromMilliseconds(random.Next(4) == 0 ? random.Next(20, 500) : random.Next(500, 60_000)),
        Costs = random.Next(5) == 0 ? new Dictionary<string, long>(StringComparer.Ordinal) { [Tokens] = random.Next(50, 2_000) } : new Dictionary<string, long>(StringComparer.Ordinal),
    };
}
