using System.Threading.RateLimiting;
using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Benchmarks.Sides;

/// <summary>Our limiters, with the defaults that a configuration gives them and quotas that no measurement exhausts.</summary>
internal static class Ours
{
    public const long Inexhaustible = 1_000_000_000_000;

    private static readonly long Second = TimeSpan.FromSeconds(1).Ticks;
    private static readonly long Month = TimeSpan.FromDays(31).Ticks;

    /// <summary>A bucket that refills so slowly that it is soon more than a moment from full: what a bucket under load is.</summary>
    public static LimitRule BusyBucket => new TokenBucket(Inexhaustible, Month, Inexhaustible);

    /// <summary>A bucket that is full again at once, whose every admission needs the exact clock.</summary>
    public static LimitRule FullBucket => new TokenBucket(Inexhaustible, Second, Inexhaustible);

    /// <summary>A bucket in which one admission takes longer to flow back than the measurement lasts: a quota by the hour or day, as tenants have.</summary>
    public static LimitRule SlowBucket => new TokenBucket(1_000_000, Month, Inexhaustible);

    /// <summary>A bucket that holds so many and does not refill while anybody looks.</summary>
    public static LimitRule EmptyingBucket(long holds) => new TokenBucket(1, TimeSpan.FromHours(1).Ticks, holds);

    public static LimitRule Sliding => new SlidingWindow(Inexhaustible, Second);

    public static LimitRule Fixed => new FixedWindow(Inexhaustible, Second);

    public static LimitRule Parallel => new Concurrency(1_000_000);

    public static ServiceLimiter Service(params LimitRule[] rules) => Service(TimeProvider.System, PartitionBy.Service, queue: null, rules);

    public static ServiceLimiter Service(TimeProvider time, PartitionBy partition, QueueDefinition? queue, params LimitRule[] rules)
    {
        var limits = rules.Select((rule, index) => new LimitDefinition($"limit {index}", UnitCost.Requests, rule, partition)).ToList();
        var definition = new ServiceDefinition { Name = "benchmark", Limits = limits, Queue = queue ?? new QueueDefinition(), MaxPartitions = 2_000_000 };
        return new ServiceLimiter(definition, new InProcessStore(time, []), new RateLimitingTelemetry().For(definition.Name));
    }

    public static RateLimiter Limiter(params LimitRule[] rules) => Face(Service(rules));

    public static RateLimiter Face(ServiceLimiter service) => new PermitLimiter(service, service);

    public static PartitionedRateLimiter<string> Partitioned(LimitRule rule)
    {
        var service = Service(TimeProvider.System, PartitionBy.Name, queue: null, rule);
        return new PartitionedPermitLimiter<string>(service, static key => new AdmissionRequest { Partition = key }, service);
    }

    public static RateLimiter WithLine(TimeProvider time, LimitRule rule, int length)
    {
        // Nobody grows older by being let go: the rival's waiters do not either.
        var queue = new QueueDefinition { Length = length, Timeout = Timeout.InfiniteTimeSpan, Ageing = TimeSpan.MaxValue };
        return Face(Service(time, PartitionBy.Service, queue, rule));
    }

    public static DelegatingHandler Handler(HttpMessageHandler inner, params LimitRule[] rules)
    {
        var settings = new PipelineSettings(new EndpointRouter([]), RejectionBehavior.Throw, TimeSpan.FromMinutes(1));
        return new RateLimitingHandler(new ServicePipeline(Service(rules), settings)) { InnerHandler = inner };
    }
}
