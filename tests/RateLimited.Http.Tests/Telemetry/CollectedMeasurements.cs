using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace RateLimited.Http.Tests.Telemetry;

/// <summary>What a meter's instruments report, as <c>instrument{tags} value</c>; of each series the first value.</summary>
internal sealed class CollectedMeasurements : IDisposable
{
    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <param name="meters">Whose meter is listened to; null for the shared one.</param>
    public CollectedMeasurements(IMeterFactory? meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (string.Equals(instrument.Meter.Name, "RateLimited.Http", StringComparison.Ordinal) && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                Instruments.Add(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
        _listener.Start();
    }

    public ConcurrentBag<Instrument> Instruments { get; } = [];

    public bool IsPaused { get; set; }

    public IReadOnlyList<string> Series => [.. _values.Select(pair => $"{pair.Key} {pair.Value}")];

    public void Clear() => _values.Clear();

    public void Collect() => _listener.RecordObservableInstruments();

    public void Dispose() => _listener.Dispose();

    private void Note<T>(Instrument instrument, T value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        where T : struct, IFormattable
    {
        if (!IsPaused)
        {
            var text = string.Join(',', tags.ToArray().Select(tag => $"{tag.Key}={tag.Value}"));
            _values.TryAdd($"{instrument.Name}{{{text}}}", value.ToString(format: null, CultureInfo.InvariantCulture));
        }
    }
}
