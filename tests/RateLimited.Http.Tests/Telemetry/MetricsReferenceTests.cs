using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Tests.Telemetry;

/// <summary>docs/reference/metrics.md says what there is, no less and no more.</summary>
public sealed class MetricsReferenceTests
{
    private static readonly string[] Rows = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "reference", "metrics.md"));

    [Fact]
    public void The_table_of_instruments_is_that_of_the_meter()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        using var collected = new MetricCollector(meters);
        using var telemetry = new RateLimitingTelemetry(meters);

        var documented = Rows.Select(Cells).Where(cells => cells.Length == 5 && cells[0].Contains('.', StringComparison.Ordinal)).ToList();

        documented.Select(cells => $"{cells[0]} {cells[1]} {cells[2]}").ShouldBe(
            collected.Instruments.Select(instrument => $"{instrument.Name} {instrument.GetType().Name.Split('`')[0]} {instrument.Unit}"),
            ignoreOrder: true);
        foreach (var cells in documented)
        {
            cells[4].ShouldBe(InPrometheus(cells[0], cells[1], cells[2]));
        }
    }

    [Theory]
    [InlineData("result` of `rate_limit.checks", nameof(TagValues.Results))]
    [InlineData("result` of `rate_limit.reloads", nameof(TagValues.ReloadResults))]
    [InlineData("reason", nameof(TagValues.Reasons))]
    [InlineData("priority", nameof(TagValues.Priorities))]
    [InlineData("reason` of `resilience.retries", nameof(TagValues.Failures))]
    [InlineData("reason` of `resilience.retries_left_out", nameof(TagValues.RetryDecisions))]
    [InlineData("result` of `resilience.redirects", nameof(TagValues.RedirectResults))]
    [InlineData("reason` of `resilience.fallbacks", nameof(TagValues.FallbackCauses))]
    [InlineData("result` of `resilience.fallbacks", nameof(TagValues.FallbackResults))]
    [InlineData("state", nameof(TagValues.CircuitStates))]
    [InlineData("state` of `rate_limit.store.changes", nameof(TagValues.StoreStates))]
    [InlineData("state` of `api.keys", nameof(TagValues.KeyStates))]
    [InlineData("reason` of `api.key.moves", nameof(TagValues.MoveReasons))]
    public void The_table_of_tags_is_that_of_the_closed_sets(string tag, string set)
    {
        var values = (string[])typeof(TagValues).GetField(set)!.GetValue(obj: null)!;

        Rows.ShouldContain($"| `{tag}` | {string.Join(", ", values.Select(value => $"`{value}`"))} |");
    }

    [Fact]
    public void Each_event_has_an_id_of_its_own_and_is_in_the_table_of_logs_with_its_level()
    {
        var events = typeof(RateLimitingLog).GetMethods().Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>().ToList();
        var documented = Rows.Select(Cells).Where(cells => cells.Length == 3 && int.TryParse(cells[0], CultureInfo.InvariantCulture, out _)).ToList();

        events.Select(each => each.EventId).ShouldBeUnique();
        documented.Select(cells => int.Parse(cells[0], CultureInfo.InvariantCulture)).ShouldBe(events.Select(each => each.EventId), ignoreOrder: true);
        foreach (var each in events.Where(each => each.Level != LogLevel.None))
        {
            documented.Single(cells => string.Equals(cells[0], each.EventId.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal))[1].ShouldBe(each.Level.ToString());
        }
    }

    private static string[] Cells(string row) => [.. row.Split('|', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(cell => cell.Trim('`'))];

    /// <summary>The rules of the OpenTelemetry exporters: dots become underscores, seconds a suffix, annotations none, counters a total.</summary>
    private static string InPrometheus(string name, string kind, string unit) =>
        name.Replace('.', '_') + (string.Equals(unit, "s", StringComparison.Ordinal) ? "_seconds" : string.Empty) + (kind is "Counter" or "ObservableCounter" ? "_total" : string.Empty);
}
