using RateLimited.Http.Configuration;
using RateLimited.Http.Dashboard.Health;
using RateLimited.Http.Dashboard.Metrics;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Dashboard.Readings;

/// <summary>Reads all services, at most once a second however many look: a status takes the service's locks for a moment. Thread-safe.</summary>
internal sealed class ServiceReader(ServiceRegistry registry, MetricBook book, FigureReader figures, TimeProvider time, IAlertBook? alerts = null, IFleetBook? fleet = null)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private DashboardReading? _last;
    private long _readAt;

    /// <summary>All services, as they were within the last second.</summary>
    public DashboardReading Read()
    {
        lock (_lock)
        {
            if (_last is null || time.GetElapsedTime(_readAt) >= Freshness)
            {
                _readAt = time.GetTimestamp();
                var observed = figures.Observe();
                _last = new DashboardReading(time.GetUtcNow(), [.. registry.Services.Select(service => Read(service, observed))], alerts?.Open.Count);
            }

            return _last;
        }
    }

    /// <summary>One of them; null for a service that is not configured.</summary>
    public ServiceReading? Read(string name) => Read().Services.FirstOrDefault(service => string.Equals(service.Name, name, StringComparison.OrdinalIgnoreCase));

    private ServiceReading Read(string service, IReadOnlyList<ObservedFigure> observed)
    {
        var status = registry.Limiter(service).GetStatus();
        var circuit = registry.Circuit(service).State;
        var health = ServiceHealth.Of(status, circuit);
        return new ServiceReading
        {
            Name = status.Service,
            Mode = status.Mode.ToString(),
            Health = health.Level.ToString(),
            Why = health.Why,
            Circuit = TagValues.BreakerStates[(int)circuit],
            WaitSeconds = status.Wait?.TotalSeconds,
            PauseSeconds = status.Pause.TotalSeconds,
            ArrivalGuardMilliseconds = status.ArrivalGuard.TotalMilliseconds,
            InFlight = status.InFlight,
            Waiting = status.Line.Sum(static line => line.Waiting),
            LineCapacity = status.LineCapacity,
            LineBytes = status.LineBytes,
            Bytes = status.Bytes,
            Line = [.. status.Line.Select(static line => new LineReading(TagValues.Of(line.Priority), line.Waiting))],
            Limits = [.. status.Limits.Select(Read)],
            Keys = [.. status.Keys.Select(Read)],
            Checks = book.By("rate_limit.checks", status.Service, TagValues.Result),
            Refusals = book.By("rate_limit.refusals", status.Service, TagValues.Reason),
            Attempts = book.By("rate_limit.attempt.duration", status.Service, TagValues.Result),
            Unexpected429 = (long)book.Sum("rate_limit.unexpected_429", status.Service),
            SpendUsd = figures.SpendOf(status.Service),
            Budgets = FigureReader.BudgetsOf(status.Service, observed),
            Redundancy = figures.RedundancyOf(status.Service, observed),
            Fleet = fleet?.Of(status.Service),
        };
    }

    private static LimitReading Read(LimitStatus limit) =>
        new(limit.Name, limit.Unit, limit.Partition, limit.Quota, limit.Used, limit.Remaining, limit.Quota > 0 ? (double)limit.Used / limit.Quota : 0, limit.ResetAfter?.TotalSeconds, limit.Partitions, limit.Evicted, limit.Bytes);

    private static KeyReading Read(KeyStatus key) =>
        new(key.Name, TagValues.KeyStates[(int)key.State], key.OpensIn?.TotalSeconds, key.Headroom, key.InFlight, key.Requests, key.Moved);
}
