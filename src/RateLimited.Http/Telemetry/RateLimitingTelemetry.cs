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

    public void Dispose() => _disposed = true;
}
