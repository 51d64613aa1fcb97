using System.Diagnostics.Metrics;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Caching.Telemetry;

/// <summary>What caches are told to: the meter of the core. Tags are names of services and closed sets: no address, header or tenant is ever one. What listeners throw is swallowed. Thread-safe.</summary>
internal sealed class CacheTelemetry
{
    private static readonly Lazy<Instruments> Shared = new(static () => new Instruments(RateLimitingInstruments.SharedMeter));

    /// <summary>The results in the order of their enum.</summary>
    public static readonly string[] Results = ["hit", "hit_stale", "confirmed", "stale_limited", "stale_failed", "miss", "failed"];

    private readonly Instruments _instruments;

    public CacheTelemetry(IMeterFactory? meters = null) =>
        _instruments = meters is null ? Shared.Value : new Instruments(meters.Create(new MeterOptions(RateLimitingInstruments.Name) { Version = RateLimitingInstruments.Version }));

    public void Looked(string service, CacheResult result) => Add(_instruments.Requests, 1, Tag("service", service), Tag("result", Results[(int)result]));

    public void Kept(string service) => Add(_instruments.Kept, 1, Tag("service", service));

    public void Waited(string service) => Add(_instruments.Shared, 1, Tag("service", service));

    public void Invalidated(string service, int answers)
    {
        if (answers > 0)
        {
            Add(_instruments.Invalidated, answers, Tag("service", service));
        }
    }

    /// <summary>Shows what a service's cache holds, until the object is disposed.</summary>
    public IDisposable Observe(string service, Func<ResponseCacheStatus> status) => _instruments.Held.Add(service, status);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private static void Add(Counter<long> counter, long amount, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        try
        {
            counter.Add(amount, tags);
        }
#pragma warning disable CA1031 // Whoever listens is somebody else's code.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private sealed class Instruments
    {
        public Instruments(Meter meter)
        {
            Requests = meter.CreateCounter<long>("rate_limit.cache.requests", "{request}", "Requests that came to the cache and that an answer could have been kept for, by what became of them.");
            Kept = meter.CreateCounter<long>("rate_limit.cache.kept", "{response}", "Answers that were kept.");
            Shared = meter.CreateCounter<long>("rate_limit.cache.shared", "{request}", "Requests that waited for the answer to another that asked the same.");
            Invalidated = meter.CreateCounter<long>("rate_limit.cache.invalidated", "{response}", "Answers that were forgotten because a request may have changed what they tell of.");
            Held = new HeldGauges(meter);
        }

        public Counter<long> Requests { get; }

        public Counter<long> Kept { get; }

        public Counter<long> Shared { get; }

        public Counter<long> Invalidated { get; }

        public HeldGauges Held { get; }
    }
}
