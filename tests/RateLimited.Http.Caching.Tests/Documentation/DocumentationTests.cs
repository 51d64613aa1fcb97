using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Caching.Redundancy;
using RateLimited.Http.Caching.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Caching.Tests.Documentation;

/// <summary>docs/caching.md says what there is.</summary>
public sealed partial class DocumentationTests
{
    private static readonly string Document = File.ReadAllText(Repository.PathOf("docs/caching.md"));

    [Fact]
    public void Its_metrics_are_those_there_are()
    {
        using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>();
        using var collected = new MetricCollector(meters);
        GC.KeepAlive((new CacheTelemetry(meters), new RedundancyTelemetry(meters)));

        var documented = Instrument().Matches(Document).Select(static row => (row.Groups["name"].Value, row.Groups["kind"].Value, row.Groups["unit"].Value)).ToArray();

        collected.Instruments.Select(static instrument => (instrument.Name, instrument.GetType().Name.Split('`')[0], instrument.Unit!)).ShouldBe(documented, ignoreOrder: true);
    }

    [Fact]
    public void The_values_of_tags_are_all_there()
    {
        CacheTelemetry.Results.Length.ShouldBe(Enum.GetNames<CacheResult>().Length);
        foreach (var value in CacheTelemetry.Results.Concat(RedundancyResult.All).Concat(RedundancyTelemetry.WindowTags))
        {
            Document.ShouldContain($"`{value}`");
        }
    }

    [GeneratedRegex(@"^\| `(?<name>rate_limit\.[a-z_.]+)` \| (?<kind>\w+) \| `(?<unit>[^`]*)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Instrument();
}
