using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Redis.Watching;

/// <summary>Counts what a process says of its services, by what the meter RateLimited.Http of one container, and of what knows no container, reports. A measurement allocates nothing once its tags are known. Thread-safe.</summary>
internal sealed class UsageCounts : IDisposable
{
    private readonly MeterListener _listener = new();

    public UsageCounts(IMeterFactory? meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Name is RateLimitingInstruments.Name && (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, meters)) && TallyOf(instrument.Name) is { } tally)
            {
                listener.EnableMeasurementEvents(instrument, tally);
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, tally) => ((Tally)tally!).Add(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, tally) => ((Tally)tally!).Add(value, tags));
        _listener.Start();
    }

    public Tally Checks { get; } = new(TagValues.Result);

    public Tally Refusals { get; } = new(TagValues.Reason);

    public Tally Unexpected429 { get; } = new(tag: null);

    public Tally Spend { get; } = new("model");

    public void Dispose() => _listener.Dispose();

    private Tally? TallyOf(string instrument) => instrument switch
    {
        "rate_limit.checks" => Checks,
        "rate_limit.refusals" => Refusals,
        "rate_limit.unexpected_429" => Unexpected429,
        "ai.cost" => Spend,
        _ => null,
    };

    /// <summary>What one instrument has counted, by service and by one of its tags. Thread-safe.</summary>
    internal sealed class Tally(string? tag)
    {
        private readonly ConcurrentDictionary<(string Service, string Of), Sum> _sums = new();

        public IReadOnlyDictionary<string, double> Of(string service) =>
            _sums.Where(sum => sum.Key.Service.Equals(service, StringComparison.OrdinalIgnoreCase)).ToDictionary(static sum => sum.Key.Of, static sum => sum.Value.Value, StringComparer.Ordinal);

        public void Add(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            var (service, of) = (string.Empty, string.Empty);
            foreach (var (name, given) in tags)
            {
                if (name is TagValues.Service)
                {
                    service = given as string ?? string.Empty;
                }
                else if (tag is not null && name.Equals(tag, StringComparison.Ordinal))
                {
                    of = given as string ?? string.Empty;
                }
            }

            _sums.GetOrAdd((service, of), static _ => new Sum()).Add(value);
        }
    }

    private sealed class Sum
    {
        private double _value;

        public double Value => Volatile.Read(ref _value);

        public void Add(double value)
        {
            double before;
            do
            {
                before = Volatile.Read(ref _value);
            }
            while (Interlocked.CompareExchange(ref _value, before + value, before) != before);
        }
    }
}
