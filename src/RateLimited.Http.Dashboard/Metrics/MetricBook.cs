using System.Diagnostics.Metrics;

namespace RateLimited.Http.Dashboard.Metrics;

/// <summary>Keeps what the meter RateLimited.Http of one container, and of what knows no container, reports. Thread-safe.</summary>
internal sealed class MetricBook : IDisposable
{
    private const string Meter = "RateLimited.Http";

    private readonly Lock _lock = new();
    private readonly Lock _collecting = new();
    private readonly MeterListener _listener = new();
    private volatile MetricTable[] _tables = [];

    public MetricBook(IMeterFactory? meters)
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (string.Equals(instrument.Meter.Name, Meter, StringComparison.Ordinal) && (instrument.Meter.Scope is null || ReferenceEquals(instrument.Meter.Scope, meters)))
            {
                var table = new MetricTable(instrument);
                lock (_lock)
                {
                    _tables = [.. _tables, table];
                }

                listener.EnableMeasurementEvents(instrument, table);
            }
        };
        _listener.SetMeasurementEventCallback<long>(static (_, value, tags, table) => ((MetricTable)table!).Measure(value, tags));
        _listener.SetMeasurementEventCallback<double>(static (_, value, tags, table) => ((MetricTable)table!).Measure(value, tags));
        _listener.Start();
    }

    /// <summary>What was counted of a service so far under these tags; other tags may have any value.</summary>
    public double Sum(string instrument, string service, string? tag = null, string? value = null) =>
        Of(instrument).Where(series => Equals(series["service"], service) && (tag is null || Equals(series[tag], value))).Sum(static series => series.Value);

    /// <summary>What was counted of a service so far, by the value of a tag.</summary>
    public IReadOnlyDictionary<string, long> By(string instrument, string service, string tag) =>
        Of(instrument).Where(series => Equals(series["service"], service))
            .GroupBy(series => series[tag] as string ?? string.Empty, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.Sum(static series => CountOf(series)), StringComparer.Ordinal);

    /// <summary>The same, of what is no whole number.</summary>
    public IReadOnlyDictionary<string, double> SumsBy(string instrument, string service, string tag) =>
        Of(instrument).Where(series => Equals(series["service"], service))
            .GroupBy(series => series[tag] as string ?? string.Empty, StringComparer.Ordinal)
            .ToDictionary(static group => group.Key, static group => group.Sum(static series => series.Value), StringComparer.Ordinal);

    /// <summary>Every series of the counters whose names begin so.</summary>
    public IEnumerable<(Instrument Instrument, double Value, IReadOnlyList<KeyValuePair<string, object?>> Tags)> Counted(string prefix) =>
        from table in _tables
        where table is { IsCounter: true, Instrument.IsObservable: false } && table.Instrument.Name.StartsWith(prefix, StringComparison.Ordinal)
        from series in table.Series
        select (table.Instrument, series.Value, series.Tags);

    /// <summary>Asks the gauges, and hands over all tables as they are then, by the instruments' names.</summary>
    public void Collect(Action<IReadOnlyList<MetricTable>> take)
    {
        // One at a time: gauges are forgotten and told anew.
        lock (_collecting)
        {
            foreach (var table in _tables)
            {
                if (table.Instrument.IsObservable)
                {
                    table.Clear();
                }
            }

            _listener.RecordObservableInstruments();
            take([.. _tables.OrderBy(static table => table.Instrument.Name, StringComparer.Ordinal)]);
        }
    }

    public void Dispose() => _listener.Dispose();

    private static long CountOf(MetricSeries series) => series.Buckets is { Length: > 1 } buckets ? buckets.Sum() : (long)series.Value;

    private IEnumerable<MetricSeries> Of(string instrument) =>
        _tables.Where(table => string.Equals(table.Instrument.Name, instrument, StringComparison.Ordinal)).SelectMany(static table => table.Series);
}
