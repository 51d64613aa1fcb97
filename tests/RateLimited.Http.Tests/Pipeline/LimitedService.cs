using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>The real engine behind the real handler, under time that only the test moves.</summary>
internal sealed class LimitedService : IDisposable
{
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(2);

    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<(string Instrument, string? Reason), long> _counted = new();

    public LimitedService(params IReadOnlyList<LimitDefinition> limits)
        : this(new ServiceDefinition { Name = Guid.NewGuid().ToString("n"), Limits = limits, ArrivalGuard = TimeSpan.Zero })
    {
    }

    public LimitedService(ServiceDefinition definition, RejectionBehavior rejection = RejectionBehavior.Throw, Func<TimeProvider, TimeProvider>? sees = null)
    {
        Store = new InProcessStore(sees?.Invoke(Time) ?? Time, []);
        Limiter = new ServiceLimiter(definition, Store, _telemetry.For(definition.Name));
        var router = new EndpointRouter([.. definition.Endpoints.Select(endpoint => endpoint.Name)]);
        Pipeline = new ServicePipeline(Limiter, new PipelineSettings(router, rejection, IdleTimeout));
        Listen(definition.Name);
    }

    public ManualTimeProvider Time { get; } = new();

    public InProcessStore Store { get; }

    public ServiceLimiter Limiter { get; }

    public ServicePipeline Pipeline { get; }

    public int InFlight => Limiter.GetStatus().InFlight;

    public long Used => Limiter.GetStatus().Limits[0].Used;

    public long Abandoned => Counted("rate_limit.abandoned_bodies");

    public long BodyFailures(string reason) => Counted("resilience.body_failures", reason);

    public static LimitDefinition Concurrent(long permits) => new("in-flight", UnitCost.Requests, new Concurrency(permits));

    public static LimitDefinition Window(long quota, string unit = UnitCost.Requests, string name = "window", PartitionBy partition = PartitionBy.Service) =>
        new(name, unit, new SlidingWindow(quota, TimeSpan.TicksPerMinute), partition);

    /// <summary>A client over real sockets, or over a stub.</summary>
    public HttpClient Client(Uri address, HttpMessageHandler? inner = null) =>
        new(new RateLimitingHandler(Pipeline) { InnerHandler = inner ?? new SocketsHttpHandler { ResponseDrainTimeout = TimeSpan.FromMilliseconds(50) } }) { BaseAddress = address, Timeout = Timeout.InfiniteTimeSpan };

    public HttpMessageInvoker Over(Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) =>
        Over(new StubHandler(answer));

    public HttpMessageInvoker Over(StubHandler inner) => new(new RateLimitingHandler(Pipeline) { InnerHandler = inner });

    public void Dispose()
    {
        Limiter.Dispose();
        _listener.Dispose();
        _telemetry.Dispose();
    }

    /// <summary>What a counter of the service has come to, by its reason where it has one.</summary>
    public long Counted(string instrument, string? reason = null) => _counted.GetValueOrDefault((instrument, reason));

    private void Listen(string service)
    {
        _listener.InstrumentPublished = static (instrument, listener) =>
        {
            // Not all: what is listened to is paid for, and some tests count bytes.
            if (instrument.Name is "rate_limit.abandoned_bodies" or "resilience.body_failures")
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (!tags.Contains(new KeyValuePair<string, object?>("service", service)))
            {
                return;
            }

            string? reason = null;
            foreach (var tag in tags)
            {
                reason = string.Equals(tag.Key, "reason", StringComparison.Ordinal) ? tag.Value as string : reason;
            }

            _counted.AddOrUpdate((instrument.Name, reason), value, (_, before) => before + value);
        });
        _listener.Start();
    }
}
