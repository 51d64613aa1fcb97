using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Tests.Admission;

/// <summary>Telemetry whose listener and logger throw at every call.</summary>
internal sealed class ThrowingTelemetry : IMeterFactory, ILoggerFactory, ILogger
{
    private readonly MeterListener _listener = new();
    private readonly RateLimitingTelemetry _telemetry;
    private Meter? _meter;
    private int _thrown;

    public ThrowingTelemetry()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (ReferenceEquals(instrument.Meter.Scope, this))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, _, _, _) => throw Failure());
        _listener.SetMeasurementEventCallback<double>((_, _, _, _) => throw Failure());
        _listener.Start();
        _telemetry = new RateLimitingTelemetry(this, this);
    }

    public int Thrown => Volatile.Read(ref _thrown);

    public ServiceTelemetry For(string service) => _telemetry.For(service);

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        return _meter = new Meter(options);
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => throw Failure();

    public void Dispose()
    {
        _listener.Dispose();
        _telemetry.Dispose();
        _meter?.Dispose();
    }

    private InvalidOperationException Failure()
    {
        Interlocked.Increment(ref _thrown);
        return new InvalidOperationException("A listener that throws.");
    }
}
