using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Services over one in-process store in virtual time. Whatever is granted is seen at once: no thread is involved.</summary>
internal sealed class AdmissionBed : IDisposable
{
    public const string Requests = UnitCost.Requests;
    public const string Tokens = "tokens";

    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly List<ServiceLimiter> _services = [];

    public AdmissionBed(params LimitDefinition[] globals)
    {
        Time = new ManualTimeProvider();
        Store = new InProcessStore(Time, globals);
    }

    public ManualTimeProvider Time { get; }

    public InProcessStore Store { get; }

    public TimeSpan Now => new(Time.GetTimestamp());

    public static TimeSpan Ms(double milliseconds) => TimeSpan.FromMilliseconds(milliseconds);

    public static LimitDefinition Window(string name, long quota, TimeSpan window, string unit = Requests, PartitionBy by = PartitionBy.Service) =>
        new(name, unit, new SlidingWindow(quota, window.Ticks), by);

    public static LimitDefinition Fixed(string name, long quota, TimeSpan window, WindowAnchor anchor, PartitionBy by = PartitionBy.Service) =>
        new(name, Requests, new FixedWindow(quota, window.Ticks, anchor), by);

    public static LimitDefinition Bucket(string name, long quota, TimeSpan window, long burst, string unit = Requests, PartitionBy by = PartitionBy.Service) =>
        new(name, unit, new TokenBucket(quota, window.Ticks, burst), by);

    public static LimitDefinition Slots(string name, long quota, PartitionBy by = PartitionBy.Service, string unit = Requests) =>
        new(name, unit, new Concurrency(quota), by);

    public static ServiceDefinition Define(params LimitDefinition[] limits) => new()
    {
        Name = "s",
        Limits = limits,
        ArrivalGuard = TimeSpan.Zero,
        Queue = new QueueDefinition { Timeout = Timeout.InfiniteTimeSpan, Ageing = TimeSpan.FromDays(1) },
    };

    public static AdmissionRequest Of(RequestPriority priority = RequestPriority.Normal, string? tenant = null, string? name = null, string? endpoint = null, long tokens = 0, TimeSpan? timeout = null) =>
        new()
        {
            Priority = priority,
            Tenant = tenant,
            Partition = name,
            Endpoint = endpoint,
            Timeout = timeout,
            Costs = tokens == 0 ? null : [new UnitCost(Tokens, tokens)],
        };

    public static AdmissionRequest Costing(long requests, string? tenant = null, RequestPriority priority = RequestPriority.Normal) =>
        new() { Costs = [new UnitCost(Requests, requests)], Tenant = tenant, Priority = priority };

    public ServiceLimiter Serve(ServiceDefinition definition)
    {
        var limiter = new ServiceLimiter(definition, Store, _telemetry.For(definition.Name));
        _services.Add(limiter);
        return limiter;
    }

    public ServiceLimiter Serve(params LimitDefinition[] limits) => Serve(Define(limits));

    public void Advance(TimeSpan by) => Time.Advance(by);

    public void Dispose()
    {
        foreach (var service in _services)
        {
            service.Dispose();
        }

        Store.Dispose();
        _telemetry.Dispose();
        Time.ArmedTimers.ShouldBe(0, "a timer outlived its service");
    }
}
