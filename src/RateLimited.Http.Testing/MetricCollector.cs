using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;

namespace RateLimited.Http.Testing;

/// <summary>
/// Keeps what a meter's instruments report, for a test to look at. Thread-safe. Measurements are kept until <see cref="Clear"/>, up to <see cref="Capacity"/>; disposal stops listening
/// and keeps them.
/// </summary>
public sealed class MetricCollector : IDisposable
{
    /// <summary>A test that measures more goes in circles, and would take the machine's memory.</summary>
    public const int Capacity = 1_000_000;

    private readonly MeterListener _listener = new();
    private readonly ConcurrentQueue<Measured> _measured = new();
    private readonly ConcurrentQueue<Instrument> _instruments = new();

    /// <summary>Begins to listen, to instruments that exist and to those that come.</summary>
    /// <param name="meters">The factory whose meter is meant, so that tests side by side do not hear each other; null for the meter of programs without one.</param>
    /// <param name="meter">The meter's name; by default this library's.</param>
    public MetricCollector(IMeterFactory? meters = null, string meter = "RateLimited.Http")
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (string.Equals(instrument.Meter.Name, meter, StringComparison.Ordinal) && ReferenceEquals(instrument.Meter.Scope, meters))
            {
                _instruments.Enqueue(instrument);
                listener.EnableMeasurementEvents(instrument);
            }
        };
        Hear<byte>();
        Hear<short>();
        Hear<int>();
        Hear<long>();
        Hear<float>();
        Hear<double>();
        Hear<decimal>();
        _listener.Start();
    }

    /// <summary>While true, measurements are not kept: what a program without a metrics back end does.</summary>
    public bool IsPaused { get; set; }

    /// <summary>The instruments that were published so far: a copy.</summary>
    public IReadOnlyList<Instrument> Instruments => [.. _instruments];

    /// <summary>What was measured so far, oldest first: a copy.</summary>
    public IReadOnlyList<Measured> Measurements => [.. _measured];

    /// <summary>Asks the gauges for their values now; they come in <see cref="Measurements"/>.</summary>
    public void Collect() => _listener.RecordObservableInstruments();

    /// <summary>The sum of what an instrument measured under these tags: a counter's value. Tags that are not named may have any value.</summary>
    /// <param name="instrument">The instrument's name, like <c>rate_limit.unexpected_429</c>.</param>
    /// <param name="tags">Tags and their values.</param>
    public double Sum(string instrument, params IReadOnlyList<(string Tag, object? Value)> tags) => Of(instrument, tags).Sum(static measured => measured.Value);

    /// <summary>What an instrument measured last under these tags: a gauge's value; null when it measured nothing.</summary>
    /// <param name="instrument">The instrument's name.</param>
    /// <param name="tags">Tags and their values.</param>
    public double? Last(string instrument, params IReadOnlyList<(string Tag, object? Value)> tags) => Of(instrument, tags).LastOrDefault()?.Value;

    /// <summary>Forgets what was measured.</summary>
    public void Clear() => _measured.Clear();

    /// <summary>Stops listening.</summary>
    public void Dispose() => _listener.Dispose();

    private IEnumerable<Measured> Of(string instrument, IReadOnlyList<(string Tag, object? Value)> tags) =>
        _measured.Where(measured => string.Equals(measured.Instrument, instrument, StringComparison.Ordinal) && tags.All(tag => Equals(measured[tag.Tag], tag.Value)));

    private void Hear<T>()
        where T : struct, IConvertible =>
        _listener.SetMeasurementEventCallback<T>((instrument, value, tags, _) => Keep(instrument, value.ToDouble(CultureInfo.InvariantCulture), tags));

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (IsPaused)
        {
            return;
        }

        if (_measured.Count >= Capacity)
        {
            throw new InvalidOperationException($"More than {Capacity} measurements were made. Clear() the collector in between.");
        }

        _measured.Enqueue(new Measured(instrument.Name, value, [.. tags]));
    }
}
