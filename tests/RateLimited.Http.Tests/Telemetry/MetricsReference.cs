using System.Diagnostics.Metrics;
using System.Globalization;
using System.Text;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Tests.Telemetry;

/// <summary>The tables of docs/reference/metrics.md, written from the instruments themselves.</summary>
internal static class MetricsReference
{
    public const string Begin = "<!-- Written from the code: run MetricsReferenceTests with APPROVE=1. -->";
    public const string End = "<!-- To here. -->";

    /// <summary>Both tables, as they stand between the marks.</summary>
    public static string Of(IEnumerable<Instrument> instruments)
    {
        var text = new StringBuilder("| instrument | kind | unit | tags | in Prometheus | what |\n| --- | --- | --- | --- | --- | --- |\n");
        var byName = instruments.ToDictionary(static instrument => instrument.Name, StringComparer.Ordinal);
        foreach (var name in InstrumentTags.Instruments)
        {
            var instrument = byName[name];
            var tags = string.Join(", ", InstrumentTags.Of(name).Select(static tag => $"`{tag.Name}`"));
            text.Append(CultureInfo.InvariantCulture, $"| `{name}` | {KindOf(instrument)} | `{instrument.Unit}` | {tags} | `{InPrometheus(instrument)}` | {instrument.Description} |\n");
        }

        text.Append("\n| tag | of | values |\n| --- | --- | --- |\n");
        var tagged = InstrumentTags.Instruments.SelectMany(static name => InstrumentTags.Of(name).Select(tag => (Name: name, Tag: tag)));
        foreach (var group in tagged.GroupBy(static each => (each.Tag.Name, Values: each.Tag.Values is { } values ? string.Join(", ", values.Select(static value => $"`{value}`")) : null)))
        {
            var of = group.Key.Values is null ? "every instrument that has it" : string.Join(", ", group.Select(static each => $"`{each.Name}`"));
            text.Append(CultureInfo.InvariantCulture, $"| `{group.Key.Name}` | {of} | {group.Key.Values ?? "as configured"} |\n");
        }

        return text.ToString();
    }

    public static string KindOf(Instrument instrument) => instrument.GetType().Name.Split('`')[0];

    /// <summary>
    /// The rules of the OpenTelemetry exporters: dots become underscores, seconds and bytes a suffix, a gauge in parts of one says that it is a ratio, annotations leave nothing, counters a total.
    /// </summary>
    public static string InPrometheus(Instrument instrument) => InPrometheus(instrument.Name, KindOf(instrument), instrument.Unit);

    /// <summary>The same for who has the words of it.</summary>
    public static string InPrometheus(string instrument, string kind, string? unit)
    {
        var name = instrument.Replace('.', '_');
        var isRatio = kind.Contains("Gauge", StringComparison.Ordinal) && unit is "1" && !name.Contains("ratio", StringComparison.Ordinal);
        return name + (unit is "s" ? "_seconds" : unit is "By" ? "_bytes" : isRatio ? "_ratio" : string.Empty) + (kind is "Counter" or "ObservableCounter" ? "_total" : string.Empty);
    }
}
