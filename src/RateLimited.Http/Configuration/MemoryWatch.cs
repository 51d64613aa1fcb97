using RateLimited.Http.Admission;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Configuration;

/// <summary>
/// Says in the log when limits and lines take too much memory, and when that is over. Once a minute: that takes as long as a status of each service. Only where nobody else tells of it.
/// </summary>
internal sealed class MemoryWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly RateLimitingTelemetry _telemetry;
    private readonly Func<IReadOnlyList<ServiceLimiter>> _services;
    private readonly Func<MemoryThresholds> _thresholds;
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private MemoryLevel _level;

    /// <param name="time">By what time it looks.</param>
    /// <param name="telemetry">Whom it tells.</param>
    /// <param name="services">The services in use.</param>
    /// <param name="thresholds">The thresholds in force.</param>
    public MemoryWatch(TimeProvider time, RateLimitingTelemetry telemetry, Func<IReadOnlyList<ServiceLimiter>> services, Func<MemoryThresholds> thresholds)
    {
        (_telemetry, _services, _thresholds) = (telemetry, services, thresholds);
        _timer = time.CreateTimer(static watch => ((MemoryWatch)watch!).Look(), this, Interval, Interval);
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            var (bytes, largest) = (0L, default(ServiceStatus));
            foreach (var service in _services())
            {
                if (StatusOf(service) is { } status)
                {
                    bytes += status.Bytes;
                    largest = largest is null || status.Bytes > largest.Bytes ? status : largest;
                }
            }

            var thresholds = _thresholds();
            var level = thresholds.LevelAt(bytes, _level);
            if (level != _level)
            {
                _telemetry.MemoryChanged(level, bytes, thresholds, largest?.Service);
                _level = level;
            }
        }
    }

    private static ServiceStatus? StatusOf(ServiceLimiter service)
    {
        try
        {
            return service.GetStatus();
        }
        catch (ObjectDisposedException)
        {
            // Disposed since it was found in use.
            return null;
        }
    }
}
