using System.Collections.Concurrent;

namespace RateLimited.Http.Telemetry.Traffic;

/// <summary>Hears of every request that goes or is refused, and keeps of each service whose it was. A request costs a look into a few small tables under a lock of its service. Thread-safe.</summary>
internal sealed class TrafficBook(TimeProvider time) : IAdmissionObserver, IRefusalObserver
{
    /// <summary>How long a span of time is, of which the one that runs and the one before it count.</summary>
    public static readonly TimeSpan Span = TimeSpan.FromMinutes(5);

    private readonly ConcurrentDictionary<string, TrafficCounts> _services = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _turning = new();
    private long _turnedAt = time.GetTimestamp();

    public void Admitted(in AdmittedRequest admitted) => Of(admitted.Service).Admitted(admitted);

    public void Refused(in RefusedRequest refused) => Of(refused.Service).Refused(refused, time.GetUtcNow());

    /// <summary>What is known of a service that is configured.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="names">How many names stand by themselves.</param>
    /// <param name="refusals">How many refusals are shown.</param>
    public ServiceTraffic Read(string service, int names, int refusals) => Of(service).Read(service, names, refusals);

    /// <summary>Lets time pass, and forgets services that are not configured any more. Whoever reads calls it every few seconds.</summary>
    public void Turn(IEnumerable<string> services)
    {
        lock (_turning)
        {
            foreach (var gone in _services.Keys.Except(services, StringComparer.OrdinalIgnoreCase).ToList())
            {
                _services.TryRemove(gone, out _);
            }

            if (time.GetElapsedTime(_turnedAt) < Span)
            {
                return;
            }

            _turnedAt = time.GetTimestamp();
            foreach (var traffic in _services.Values)
            {
                traffic.Turn(time.GetUtcNow());
            }
        }
    }

    private TrafficCounts Of(string service) => _services.TryGetValue(service, out var found) ? found : _services.GetOrAdd(service, static (_, time) => new TrafficCounts(time.GetUtcNow()), time);
}
