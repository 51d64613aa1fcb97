using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;

namespace RateLimited.Http.Dashboard.Metrics;

/// <summary>All series of one instrument. Thread-safe: measuring takes no lock and allocates nothing once its series is there.</summary>
internal sealed class MetricTable
{
    /// <summary>Tags come from closed sets and the configuration; whoever has more series than this has found a way around that.</summary>
    private const int MostSeries = 5_000;

    private const int Places = 256;

    // What an OpenTelemetry exporter takes for a histogram that does not say.
    private static readonly double[] UsualBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10000];

    private readonly Lock _lock = new();
    private readonly MetricSeries?[] _found = new MetricSeries?[Places];
    private readonly double[] _bounds;
    private volatile MetricSeries[] _series = [];

    public MetricTable(Instrument instrument)
    {
        Instrument = instrument;
        Kind = instrument.GetType().Name.Split('`')[0];
        _bounds = IsHistogram ? BoundsOf(instrument) : [];
    }

    public Instrument Instrument { get; }

    /// <summary>The kind of the instrument, as <c>Counter</c>.</summary>
    public string Kind { get; }

    public bool IsHistogram => Kind is "Histogram";

    public bool IsCounter => Kind is "Counter" or "ObservableCounter";

    public IReadOnlyList<double> Bounds => _bounds;

    public IReadOnlyList<MetricSeries> Series => _series;

    public void Measure(double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (Find(tags) is not { } series)
        {
            return;
        }

        if (Instrument.IsObservable)
        {
            series.Set(value);
        }
        else
        {
            series.Add(value);
        }
    }

    /// <summary>Forgets its series: what is observed is told anew each time, and what is told no more is no more.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _series = [];
            Array.Clear(_found);
        }
    }

    private static double[] BoundsOf(Instrument instrument) => instrument switch
    {
        Histogram<double> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds],
        Histogram<long> { Advice.HistogramBucketBoundaries: { } bounds } => [.. bounds.Select(static bound => (double)bound)],
        _ => UsualBounds,
    };

    private MetricSeries? Find(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        ref var place = ref _found[PlaceOf(tags)];
        var found = Volatile.Read(ref place);
        if (found is not null && found.Has(tags))
        {
            return found;
        }

        found = Search(tags) ?? Make(tags);
        Volatile.Write(ref place, found);
        return found;
    }

    /// <summary>By the tags' identity, which costs less than their text: whoever has the same text in another object is searched for.</summary>
    private static int PlaceOf(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var hash = 0;
        foreach (var tag in tags)
        {
            hash = (hash * 31) + RuntimeHelpers.GetHashCode(tag.Value);
        }

        return hash & (Places - 1);
    }

    private MetricSeries? Search(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        foreach (var series in _series)
        {
            if (series.Has(tags))
            {
                return series;
            }
        }

        return null;
    }

    private MetricSeries? Make(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        lock (_lock)
        {
            if (Search(tags) is { } made)
            {
                return made;
            }

            if (_series.Length >= MostSeries)
            {
                return null;
            }

            var series = new MetricSeries(tags.ToArray(), _bounds);
            _series = [.. _series, series];
            return series;
        }
    }
}
