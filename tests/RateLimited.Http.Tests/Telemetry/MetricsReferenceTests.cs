using System.Diagnostics.Metrics;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Tests.Telemetry;

/// <summary>docs/reference/metrics.md says what there is, no less and no more: what stands between its marks is written from the code.</summary>
public sealed class MetricsReferenceTests : IDisposable
{
    private static readonly string[] Rows = File.ReadAllLines(Path.Combine(Repository.Root, "docs", "reference", "metrics.md"));

    private readonly ServiceProvider _services = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly MetricCollector _collected;
    private readonly RateLimitingTelemetry _telemetry;

    public MetricsReferenceTests()
    {
        var meters = _services.GetRequiredService<IMeterFactory>();
        _collected = new MetricCollector(meters);
        _telemetry = new RateLimitingTelemetry(meters);
    }

    public void Dispose()
    {
        _telemetry.Dispose();
        _collected.Dispose();
        _services.Dispose();
    }

    [Fact]
    public void Its_tables_are_those_of_the_code()
    {
        var file = Repository.PathOf("docs/reference/metrics.md");
        var text = File.ReadAllText(file).ReplaceLineEndings("\n");
        var from = text.IndexOf(MetricsReference.Begin, StringComparison.Ordinal) + MetricsReference.Begin.Length;
        var to = text.IndexOf(MetricsReference.End, StringComparison.Ordinal);
        from.ShouldBeGreaterThan(MetricsReference.Begin.Length);
        to.ShouldBeGreaterThan(from);

        var written = $"\n\n{MetricsReference.Of(_collected.Instruments)}\n";
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            text = text[..from] + written + text[to..];
            File.WriteAllText(file, text);
            to = text.IndexOf(MetricsReference.End, StringComparison.Ordinal);
        }

        text[from..to].ShouldBe(written, "Run this test with APPROVE=1 and commit docs/reference/metrics.md.");
    }

    [Fact]
    public void Every_instrument_of_the_meter_has_its_tags_declared() =>
        InstrumentTags.Instruments.ShouldBe(_collected.Instruments.Select(static instrument => instrument.Name), ignoreOrder: true);

    [Theory]
    [InlineData("rate_limit.checks", "rate_limit_checks_total")]
    [InlineData("rate_limit.usage_ratio", "rate_limit_usage_ratio")]
    [InlineData("rate_limit.backoff", "rate_limit_backoff_seconds")]
    [InlineData("api.quota.remaining", "api_quota_remaining")]
    [InlineData("api.key.headroom", "api_key_headroom_ratio")]
    [InlineData("rate_limit.wait.duration", "rate_limit_wait_duration_seconds")]
    public void The_names_in_Prometheus_are_those_that_were_promised(string instrument, string inPrometheus) =>
        MetricsReference.InPrometheus(_collected.Instruments.Single(each => string.Equals(each.Name, instrument, StringComparison.Ordinal))).ShouldBe(inPrometheus);

    [Fact]
    public void Whatever_is_measured_has_the_tags_and_the_values_that_are_declared()
    {
        var service = _telemetry.For("api");
        TelemetryEvents.SayAll(service);
        service.Resilience.Observe(static () => CircuitState.Open);
        using var observation = service.Observe(() => TelemetryEvents.Status);
        _collected.Collect();

        foreach (var measured in _collected.Measurements)
        {
            var declared = InstrumentTags.Of(measured.Instrument);
            measured.Tags.Select(static tag => tag.Key).ShouldBe(declared.Select(static tag => tag.Name), measured.ToString());
            foreach (var (tag, value) in declared.Zip(measured.Tags, static (tag, said) => (tag, said.Value)))
            {
                (tag.Values is null || tag.Values.Contains(value)).ShouldBeTrue($"{measured}: {tag.Name}");
            }
        }

        _collected.Measurements.Select(static measured => measured.Instrument).Distinct().ShouldBe(InstrumentTags.Instruments, ignoreOrder: true);
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
}
