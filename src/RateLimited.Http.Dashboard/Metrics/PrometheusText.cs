using System.Globalization;
using System.Text;

namespace RateLimited.Http.Dashboard.Metrics;

/// <summary>Writes tables in Prometheus' text format, version 0.0.4, under the names that the OpenTelemetry exporters give them.</summary>
internal static class PrometheusText
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    public static string Of(IReadOnlyList<MetricTable> tables)
    {
        var text = new StringBuilder();

        // Two meters may have an instrument of the same name; a name must not be introduced twice.
        foreach (var same in tables.GroupBy(NameOf, StringComparer.Ordinal).Where(static same => same.Any(static table => table.Series.Count > 0)))
        {
            var first = same.First();
            text.Append("# HELP ").Append(same.Key).Append(' ').Append(Escaped(first.Instrument.Description ?? string.Empty)).Append('\n');
            text.Append("# TYPE ").Append(same.Key).Append(' ').Append(first.IsHistogram ? "histogram" : first.IsCounter ? "counter" : "gauge").Append('\n');
            foreach (var (table, series) in same.SelectMany(static table => table.Series.Select(series => (table, series))).DistinctBy(static each => Labels(each.series.Tags, bound: null), StringComparer.Ordinal))
            {
                Write(text, same.Key, table, series);
            }
        }

        return text.ToString();
    }

    public static string NameOf(MetricTable table)
    {
        var (name, unit) = (table.Instrument.Name.Replace('.', '_'), table.Instrument.Unit);
        var isRatio = unit is "1" && !table.IsCounter && !table.IsHistogram && !name.Contains("ratio", StringComparison.Ordinal);
        return name + (unit is "s" ? "_seconds" : unit is "By" ? "_bytes" : isRatio ? "_ratio" : string.Empty) + (table.IsCounter ? "_total" : string.Empty);
    }

    private static void Write(StringBuilder text, string name, MetricTable table, MetricSeries series)
    {
        if (!table.IsHistogram)
        {
            Line(text, name, Labels(series.Tags, bound: null), series.Value);
            return;
        }

        var (buckets, count) = (series.Buckets, 0L);
        for (var i = 0; i < buckets.Length; i++)
        {
            count += buckets[i];
            Line(text, $"{name}_bucket", Labels(series.Tags, i < table.Bounds.Count ? Number(table.Bounds[i]) : "+Inf"), count);
        }

        Line(text, $"{name}_sum", Labels(series.Tags, bound: null), series.Value);
        Line(text, $"{name}_count", Labels(series.Tags, bound: null), count);
    }

    private static void Line(StringBuilder text, string name, string labels, double value) => text.Append(name).Append(labels).Append(' ').Append(Number(value)).Append('\n');

    private static string Labels(IReadOnlyList<KeyValuePair<string, object?>> tags, string? bound)
    {
        var labels = tags.Select(static tag => $"{tag.Key}=\"{Escaped(Convert.ToString(tag.Value, CultureInfo.InvariantCulture) ?? string.Empty).Replace("\"", "\\\"", StringComparison.Ordinal)}\"").ToList();
        if (bound is not null)
        {
            labels.Add($"le=\"{bound}\"");
        }

        return labels.Count == 0 ? string.Empty : $"{{{string.Join(',', labels)}}}";
    }

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture) switch
    {
        "∞" or "Infinity" => "+Inf",
        "-∞" or "-Infinity" => "-Inf",
        var number => number,
    };

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}
