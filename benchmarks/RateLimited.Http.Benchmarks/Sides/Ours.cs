using System.Threading.RateLimiting;
using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Benchmarks.Sides;

/// <summary>Our limiters, with the defaults that a configuration gives them and quotas that no measurement exhausts.</summary>
internal static class Ours
{
    public const long Inexhaustible = 1_000_000_000_000;

    private static readonly long Second = TimeSpan.FromSeconds(1).Ticks;
    private static readonly long Month = TimeSpan.FromDays(31).Ticks;

    /// <summary>
    /// A bucket from which more is out than flows back in the next seconds: what a bucket by the minute, the hour or the day is as soon as it is used. Its admissions need only the coarse clock.
    /// </summary>
    public static LimitRule BusyBucket => new TokenBucket(1_000_000, Month, Inexhaustible);

    /// <summary>A bucket that is full again at once, whose every admission needs the exact clock.</summary>
    public static LimitRule FullBucket => new TokenBucket(Inexhaustible, Second, Inexhaustible);

    /// <summary>A bucket that holds so many and does not refill while anybody looks.</summary>
    public static LimitRule EmptyingBucket(long holds) => new TokenBucket(1, TimeSpan.FromHours(1).Ticks, holds);

    public static LimitRule Sliding => new SlidingWindow(Inexhaustible, Second);

    public static LimitRule Fixed => new FixedWindow(Inexhaustible, Second);

    public static LimitRule Parallel => new Concurrency(1_000_000);

    public static ServiceLimiter Service(params LimitRule[] rules) => Service(TimeProvider.System, PartitionBy.Service, queue: null, rules);

    /// <summary>One that tells of itself as the telemetry does.</summary>
    public static ServiceLimiter Service(RateLimitingTelemetry? telemetry, params LimitRule[] rules) => Service(TimeProvider.System, PartitionBy.Service, queue: null, guard: null, rules, telemetry);

    public static ServiceLimiter Service(TimeProvider time, PartitionBy partition, QueueDefinition? queue, params LimitRule[] rules) =>
        Service(time, partition, queue, guard: null, rules);

    private static ServiceLimiter Service(TimeProvider time, PartitionBy partition, QueueDefinition? queue, TimeSpan? guard, LimitRule[] rules, RateLimitingTelemetry? telemetry = null)
    {
        var limits = rules.Select((rule, index) => new LimitDefinition($"limit {index}", UnitCost.Requests, rule, partition)).ToList();
        var definition = new ServiceDefinition
        {
            Name = "benchmark",
            Limits = limits,
            Queue = queue ?? new QueueDefinition(),
            ArrivalGuard = guard,
            MaxPartitions = 2_000_000,
        };
        return new ServiceLimiter(definition, new InProcessStore(time, []), (telemetry ?? new RateLimitingTelemetry()).For(definition.Name));
    }

    public static RateLimiter Limiter(params LimitRule[] rules) => Face(Service(rules));

    public static RateLimiter Face(ServiceLimiter service) => new PermitLimiter(service, service);

    public static PartitionedRateLimiter<string> Partitioned(LimitRule rule)
    {
        var service = Service(TimeProvider.System, PartitionBy.Name, queue: null, rule);
        return new PartitionedPermitLimiter<string>(service, static key => new AdmissionRequest { Partition = key }, service);
    }

    /// <summary>A limiter whose quota is taken, with a line as it is by default, and what gives all of the quota back: who waits goes on as it does, on the caller's thread.</summary>
    public static (RateLimiter Limiter, Action Replenish) WithLine(int length)
    {
        var queue = new QueueDefinition { Length = length };
        var service = Service(TimeProvider.System, PartitionBy.Service, queue, guard: TimeSpan.Zero, [EmptyingBucket(length)]);
        var all = service.Admit(new AdmissionRequest { Costs = [new UnitCost(UnitCost.Requests, length)] }, LimitRule.Never, CancellationToken.None);
        return (Face(service), all.GiveBack);
    }

    public static DelegatingHandler Handler(HttpMessageHandler inner, params LimitRule[] rules) => Handler(inner, telemetry: null, rules);

    public static DelegatingHandler Handler(HttpMessageHandler inner, RateLimitingTelemetry? telemetry, params LimitRule[] rules)
    {
        var settings = new PipelineSettings(new EndpointRouter([]), RejectionBehavior.Throw, TimeSpan.FromMinutes(1));
        return new RateLimitingHandler(new ServicePipeline(Service(TimeProvider.System, PartitionBy.Service, queue: null, guard: null, rules, telemetry), settings)) { InnerHandler = inner };
    }

    /// <summary>All handlers of a client, with retries, circuit and redirects as they are by default.</summary>
    public static DelegatingHandler Chain(HttpMessageHandler inner, params LimitRule[] rules) =>
        Chain(inner, new ResilienceRule { Retry = new RetryRule(), Breaker = new BreakerRule(), MaxRedirects = 5 }, rules);

    /// <summary>The same with a timeout for the attempt and one for all of them.</summary>
    public static DelegatingHandler ChainWithTimeouts(HttpMessageHandler inner, params LimitRule[] rules) =>
        Chain(inner, new ResilienceRule { Retry = new RetryRule(), Breaker = new BreakerRule(), MaxRedirects = 5, AttemptTimeout = TimeSpan.FromSeconds(10), TotalTimeout = TimeSpan.FromSeconds(30) }, rules);

    private static ResilienceHandler Chain(HttpMessageHandler inner, ResilienceRule rule, LimitRule[] rules)
    {
        var settings = new PipelineSettings(new EndpointRouter([]), RejectionBehavior.Throw, TimeSpan.FromMinutes(1)) { Resilience = rule };
        var pipeline = new ServicePipeline(Service(rules), settings);
        return new ResilienceHandler(pipeline)
        {
            InnerHandler = new RedirectHandler(pipeline) { InnerHandler = new RateLimitingHandler(pipeline) { InnerHandler = new AttemptTimeoutHandler(pipeline) { InnerHandler = inner } } },
        };
    }
}
