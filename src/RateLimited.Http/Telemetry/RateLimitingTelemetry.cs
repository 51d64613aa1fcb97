using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RateLimited.Http.Telemetry;

/// <summary>
/// One meter, one activity source and one log category, all named <c>RateLimited.Http</c>, for all services of one container. Thread-safe. Disposing it takes its
/// services out of the gauges; the meter belongs to its factory.
/// </summary>
internal sealed class RateLimitingTelemetry : IDisposable
{
    private const double Megabyte = 1_000_000;

    private readonly RateLimitingInstruments _instruments;
    private readonly ILogger _log;
    private volatile bool _disposed;

    /// <summary>Creates the telemetry of one container.</summary>
    /// <param name="meters">Makes the meter; null shares one with everybody who has no factory.</param>
    /// <param name="loggers">Makes the logger; null logs nothing.</param>
    /// <param name="observers">Who hears of each refused request; null for nobody.</param>
    /// <param name="admissions">Who hears of each request that goes; null for nobody.</param>
    public RateLimitingTelemetry(IMeterFactory? meters = null, ILoggerFactory? loggers = null, IEnumerable<IRefusalObserver>? observers = null, IEnumerable<IAdmissionObserver>? admissions = null)
    {
        Observers = RefusalObservers.Of(observers);
        Admissions = AdmissionObservers.Of(admissions);
        _instruments = meters is null
            ? RateLimitingInstruments.Shared
            : new RateLimitingInstruments(meters.Create(new MeterOptions(RateLimitingInstruments.Name) { Version = RateLimitingInstruments.Version }));
        _log = loggers?.CreateLogger(RateLimitingInstruments.Name) ?? NullLogger.Instance;
    }

    public bool IsDisposed => _disposed;

    /// <summary>Who hears of each refused request; null for nobody.</summary>
    public RefusalObservers? Observers { get; }

    /// <summary>Who hears of each request that goes; null for nobody.</summary>
    public AdmissionObservers? Admissions { get; }

    /// <summary>The telemetry of one service. Each call makes another object: one belongs to one limiter.</summary>
    public ServiceTelemetry For(string service) => new(this, _instruments, _log, service);

    /// <summary>Says that limits and lines take another amount of memory by the thresholds than before.</summary>
    /// <param name="level">How much by the thresholds.</param>
    /// <param name="bytes">How much.</param>
    /// <param name="thresholds">The thresholds.</param>
    /// <param name="largest">The service that takes most of it; null where there is none.</param>
    public void MemoryChanged(MemoryLevel level, long bytes, MemoryThresholds thresholds, string? largest) => Quietly.Say(() =>
    {
        var megabytes = Math.Round(bytes / Megabyte, 1);
        switch (level)
        {
            case MemoryLevel.Critical:
                RateLimitingLog.MemoryCritical(_log, megabytes, thresholds.Alert / Megabyte, largest);
                break;
            case MemoryLevel.High:
                RateLimitingLog.MemoryHigh(_log, megabytes, thresholds.Warn / Megabyte, largest);
                break;
            default:
                RateLimitingLog.MemoryUsual(_log, megabytes);
                break;
        }
    });

    public void Dispose() => _disposed = true;
}
