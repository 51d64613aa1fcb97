using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace RateLimited.Http.Caching.Telemetry;

/// <summary>The gauges of what caches hold. Thread-safe.</summary>
internal sealed class HeldGauges
{
    private readonly ConcurrentDictionary<Held, byte> _held = [];

    public HeldGauges(Meter meter)
    {
        meter.CreateObservableGauge("rate_limit.cache.entries", () => Measure(static status => status.Entries), "{response}", "Answers that are held.");
        meter.CreateObservableGauge("rate_limit.cache.size", () => Measure(static status => status.Bytes), "By", "What they take of memory.");
        meter.CreateObservableCounter("rate_limit.cache.evictions", () => Measure(static status => status.Evictions), "{response}", "Answers that left for want of room.");
    }

    public IDisposable Add(string service, Func<ResponseCacheStatus> status)
    {
        var held = new Held(this, service, status);
        _held.TryAdd(held, 0);
        return held;
    }

    private IEnumerable<Measurement<long>> Measure(Func<ResponseCacheStatus, long> figure) =>
        _held.Keys.Select(held => new Measurement<long>(figure(held.Status()), new KeyValuePair<string, object?>("service", held.Service)));

    private sealed class Held(HeldGauges owner, string service, Func<ResponseCacheStatus> status) : IDisposable
    {
        public string Service { get; } = service;

        public Func<ResponseCacheStatus> Status { get; } = status;

        public void Dispose() => owner._held.TryRemove(this, out _);
    }
}
