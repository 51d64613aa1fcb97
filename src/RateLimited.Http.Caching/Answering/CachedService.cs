using RateLimited.Http.Caching.Rules;
using RateLimited.Http.Caching.Stored;
using RateLimited.Http.Caching.Telemetry;

namespace RateLimited.Http.Caching.Answering;

/// <summary>The cache of one service, for all its clients and for as long as the container lives. Thread-safe.</summary>
internal sealed class CachedService : IResponseCache, IDisposable
{
    private readonly long _origin;
    private readonly IDisposable _observation;
    private volatile CacheRules? _rules;

    public CachedService(string service, TimeProvider time, CacheTelemetry telemetry)
    {
        (Service, Time, Counts) = (service, time, new CacheCounts(service, telemetry));
        _origin = time.GetTimestamp();
        _observation = telemetry.Observe(service, () => GetStatus());
    }

    public string Service { get; }

    public TimeProvider Time { get; }

    public ResponseStore Store { get; } = new();

    public CaptureRoom Room { get; } = new();

    /// <summary>Requests that others wait for.</summary>
    public Flights Flights { get; } = new();

    /// <summary>Answers that are being asked for anew while they are given.</summary>
    public Flights Refreshes { get; } = new();

    public CacheCounts Counts { get; }

    /// <summary>What is configured now; null while the service has no cache.</summary>
    public CacheRules? Rules => _rules;

    /// <summary>Elapsed time since the cache was made.</summary>
    public TimeSpan Now => Time.GetElapsedTime(_origin);

    public void Apply(CacheRules? rules)
    {
        _rules = rules;
        Room.Set(rules?.MaxBody ?? 0, rules?.MaxBytes ?? 0);
        Store.Fit(rules?.MaxBytes ?? 0, rules?.MaxEntries ?? 0);
    }

    public void Keep(StoredResponse response, CacheRules rules)
    {
        if (response.Size <= rules.MaxBytes)
        {
            Store.Keep(response, rules.MaxBytes, rules.MaxEntries);
            Counts.Kept();
        }
    }

    public ResponseCacheStatus GetStatus()
    {
        var (entries, bytes, evictions) = Store.Figures;
        return Counts.Status(entries, bytes, evictions);
    }

    public int Remove(Uri address)
    {
        ArgumentNullException.ThrowIfNull(address);
        return address.IsAbsoluteUri ? Store.RemoveResource(RequestKey.ResourceOf(address)) : throw new ArgumentException("Answers are kept by absolute addresses; this one is relative.", nameof(address));
    }

    public void Clear() => Store.Clear();

    public void Dispose() => _observation.Dispose();
}
