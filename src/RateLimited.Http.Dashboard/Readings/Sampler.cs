using RateLimited.Http.Telemetry.Traffic;

namespace RateLimited.Http.Dashboard.Readings;

/// <summary>Reads all services each five seconds and keeps a quarter of an hour of it. Thread-safe.</summary>
internal sealed class Sampler(ServiceReader reader, TrafficBook traffic, TimeProvider time) : IDisposable
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    public const int Capacity = 180;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (ServiceHistory Own, ServiceHistory Fleet)> _histories = new(StringComparer.OrdinalIgnoreCase);
    private ITimer? _timer;

    /// <summary>Begins to sample.</summary>
    public void Start()
    {
        Sample();
        _timer = time.CreateTimer(static sampler => ((Sampler)sampler!).Sample(), this, Interval, Interval);
    }

    public void Dispose() => _timer?.Dispose();

    /// <summary>What is known of a service; null of one that is not configured.</summary>
    public HistoryReading? Of(string service)
    {
        lock (_lock)
        {
            return _histories.TryGetValue(service, out var history) ? new HistoryReading(service, Interval.TotalSeconds, history.Own.Points, history.Fleet.Points) : null;
        }
    }

    private void Sample()
    {
        try
        {
            var reading = reader.Read();
            traffic.Turn(reading.Services.Select(static service => service.Name));
            lock (_lock)
            {
                foreach (var gone in _histories.Keys.Except(reading.Services.Select(static service => service.Name), StringComparer.OrdinalIgnoreCase).ToList())
                {
                    _histories.Remove(gone);
                }

                foreach (var service in reading.Services)
                {
                    if (!_histories.TryGetValue(service.Name, out var history))
                    {
                        _histories.Add(service.Name, history = (new ServiceHistory(Capacity), new ServiceHistory(Capacity)));
                    }

                    history.Own.Add(HistorySample.Of(reading.At, service));
                    if (HistorySample.OfFleet(service) is { } all)
                    {
                        history.Fleet.Add(all);
                    }
                }
            }
        }
        catch (ObjectDisposedException)
        {
            // The container is going down, and nobody looks any more.
        }
    }
}
