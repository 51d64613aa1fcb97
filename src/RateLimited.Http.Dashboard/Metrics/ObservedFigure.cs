using System.Diagnostics.Metrics;

namespace RateLimited.Http.Dashboard.Metrics;

/// <summary>One value of one instrument.</summary>
internal readonly record struct ObservedFigure(Instrument Instrument, double Value, KeyValuePair<string, object?>[] Tags)
{
    public object? this[string tag] => Array.Find(Tags, pair => string.Equals(pair.Key, tag, StringComparison.Ordinal)).Value;
}
