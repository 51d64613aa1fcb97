using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace RateLimited.Http.Clients.Tests.Watching;

/// <summary>All that this library says: log lines, tags of measurements, and spans with their tags and events.</summary>
internal sealed class Everything : ILoggerProvider, ILogger
{
    private const string Ours = "RateLimited.Http";

    private readonly ConcurrentQueue<string> _lines = new();
    private readonly MeterListener _meters = new();
    private readonly ActivityListener _spans;

    public Everything()
    {
        _meters.InstrumentPublished = static (instrument, listener) =>
        {
            if (string.Equals(instrument.Meter.Name, Ours, StringComparison.Ordinal))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _meters.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Measured(instrument, tags));
        _meters.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Measured(instrument, tags));
        _meters.Start();
        _spans = new ActivityListener
        {
            ShouldListenTo = static source => string.Equals(source.Name, Ours, StringComparison.Ordinal),
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = span => _lines.Enqueue($"span {span.DisplayName} {span.StatusDescription} {Tags([.. span.TagObjects])} {string.Join(' ', span.Events.Select(static e => $"{e.Name} {Tags([.. e.Tags])}"))}"),
        };
        ActivitySource.AddActivityListener(_spans);
    }

    public IReadOnlyList<string> Lines => [.. _lines];

    public void Collect() => _meters.RecordObservableInstruments();

    public ILogger CreateLogger(string categoryName) => categoryName.StartsWith(Ours, StringComparison.Ordinal) ? this : NullLogger.Instance;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull
    {
        _lines.Enqueue($"scope {state}");
        return null;
    }

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue($"log {eventId.Name} {formatter(state, exception)} {exception}");

    public void Dispose()
    {
        _meters.Dispose();
        _spans.Dispose();
    }

    private static string Tags(ReadOnlySpan<KeyValuePair<string, object?>> tags) => string.Join(',', tags.ToArray().Select(static tag => $"{tag.Key}={tag.Value}"));

    private void Measured(Instrument instrument, ReadOnlySpan<KeyValuePair<string, object?>> tags) => _lines.Enqueue($"metric {instrument.Name} {Tags(tags)}");
}
