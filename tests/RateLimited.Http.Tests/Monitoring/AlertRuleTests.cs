using RateLimited.Http.Tests.Structure;
using YamlDotNet.RepresentationModel;

namespace RateLimited.Http.Tests.Monitoring;

/// <summary>The rules for Prometheus: valid, tested, explained, and about metrics that there are.</summary>
public sealed class AlertRuleTests
{
    private static readonly string Directory = Repository.PathOf("monitoring/prometheus");

    private static readonly List<YamlMappingNode> Recorded = RulesOf("recording.rules.yml");

    private static readonly List<YamlMappingNode> Alerts = RulesOf("alerts.rules.yml");

    [Fact]
    public Task Prometheus_accepts_them() => Promtool.RunAsync(Directory, "check", "rules", "--lint=all", "--lint-fatal", "recording.rules.yml", "alerts.rules.yml");

    [Fact]
    public Task They_fire_when_they_should_and_only_then() => Promtool.RunAsync(Directory, "test", "rules", "alerts.test.yml");

    [Fact]
    public void Each_alert_is_tested_both_ways()
    {
        var tested = ((YamlSequenceNode)Read("alerts.test.yml")["tests"]).Select(static test => Text(test, "name"));

        tested.ShouldBe(Alerts.SelectMany(static alert => new[] { $"{Text(alert, "alert")} fires", $"{Text(alert, "alert")} stays quiet" }), ignoreOrder: true);
        Alerts.Count.ShouldBeGreaterThanOrEqualTo(12);
    }

    [Fact]
    public void Each_alert_has_a_page_of_its_own_and_links_to_it()
    {
        var pages = File.ReadAllLines(Repository.PathOf("docs/runbook.md")).Where(static line => line.StartsWith("### ", StringComparison.Ordinal)).Select(static line => line[4..]).ToList();

        pages.ShouldBe(Alerts.Select(static alert => Text(alert, "alert")));
        foreach (var alert in Alerts)
        {
#pragma warning disable CA1308 // Anchors of headings are in lower case.
            Text(alert["annotations"], "runbook_url").ShouldBe($"docs/runbook.md#{Text(alert, "alert").ToLowerInvariant()}");
#pragma warning restore CA1308
            new[] { "info", "warning", "critical" }.ShouldContain(Text(alert["labels"], "severity"));
        }
    }

    [Fact]
    public void Every_metric_in_them_is_in_the_reference_or_recorded()
    {
        var known = Known();
        foreach (var rule in Recorded.Concat(Alerts))
        {
            PromQuery.MetricsOf(Text(rule, "expr")).Where(metric => !known.Contains(metric)).ShouldBeEmpty(Text(rule, "expr"));
        }
    }

    /// <summary>The names of all metrics that a query may ask for.</summary>
    internal static IReadOnlySet<string> Known() => ReferenceNames.All().Concat(Recorded.Select(static rule => Text(rule, "record"))).ToHashSet(StringComparer.Ordinal);

    private static List<YamlMappingNode> RulesOf(string file) =>
        [.. ((YamlSequenceNode)Read(file)["groups"]).SelectMany(static group => (YamlSequenceNode)group["rules"]).Cast<YamlMappingNode>()];

    private static YamlNode Read(string file)
    {
        var yaml = new YamlStream();
        using var text = File.OpenText(Path.Combine(Directory, file));
        yaml.Load(text);
        return yaml.Documents[0].RootNode;
    }

    private static string Text(YamlNode node, string key) => ((YamlScalarNode)node[key]).Value!;
}
