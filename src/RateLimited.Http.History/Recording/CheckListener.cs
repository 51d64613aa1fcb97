using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.History.Recording;

/// <summary>Counts what became of requests, by what the meter RateLimited.Http of one container, and of what knows no container, reports. Allocates nothing for a measurement. Thread-safe.</summary>
internal sealed class CheckListener : IDisposable
{
    private const string Checks = "rate_limit.checks";
    private const string Unexpected = "rate_limit.unexpected_429";

    private static readonly object ForUnexpected = new();

    private readonly ConcurrentDictionary<string, long[]> _counts = new(StringComparer.OrdinalIgnoreCase);
    private readonly MeterListener _listener = new();

    public CheckListener(IMeterFactory? meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name is Checks or Unexpected && string.Equals(instrument.Meter.Name, RateLimitingInstruments.Name, StringComparison.Ordinal)
                && (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, meters)))
            {
                listener.EnableMeasurementEvents(instrument, string.Equals(instrument.Name, Unexpected, StringComparison.Ordinal) ? ForUnexpected : null);
            }
        };
        _listener.SetMeasurementEventCallback<long>((_, value, tags, kind) => Count(value, tags, ReferenceEquals(kind, ForUnexpected)));
        _listener.Start();
    }

    /// <summary>What became of a service's requests so far.</summary>
    public CheckCounts Of(string service) => _counts.TryGetValue(service, out var counts)
        ? new CheckCounts(Read(counts, 0), Read(counts, 1), Read(counts, 2), Read(counts, 3), Read(counts, 4), Read(counts, 5))
        : default;

    public void Dispose() => _listener.Dispose();

    private static long Read(long[] counts, int place) => Interlocked.Read(ref counts[place]);

    private void Count(long value, ReadOnlySpan<KeyValuePair<string, object?>> tags, bool isUnexpected)
    {
        string? service = null;
        var place = isUnexpected ? TagValues.Results.Length : -1;
        foreach (var (name, tag) in tags)
        {
            if (string.Equals(name, TagValues.Service, StringComparison.Ordinal))
            {
                service = tag as string;
            }
            else if (!isUnexpected && string.Equals(name, TagValues.Result, StringComparison.Ordinal))
            {
                place = Array.IndexOf(TagValues.Results, tag);
            }
        }

        if (service is not null && place >= 0)
        {
            Interlocked.Add(ref _counts.GetOrAdd(service, static _ => new long[TagValues.Results.Length + 1])[place], value);
        }
    }
}
