using System.Text.Json;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Tests.Monitoring;

/// <summary>The dashboards for Grafana: whole, of queries that parse, about metrics that there are.</summary>
public sealed class DashboardFileTests
{
    private static IEnumerable<string> Names => Repository.Files.Where(static file => file.StartsWith("monitoring/grafana/", StringComparison.Ordinal))
        .Select(static file => Path.GetFileName(file));

    public static TheoryData<string> Files => [.. Names];

    [Fact]
    public void There_is_one_for_each_purpose() => Names.ShouldBe(["costs.json", "keys.json", "overview.json", "redis.json", "service.json"], ignoreOrder: true);

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Its_queries_parse_and_every_metric_in_them_is_in_the_reference(string file)
    {
        using var dashboard = Read(file);
        var queries = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(static panel => panel.GetProperty("targets").EnumerateArray())
            .Select(static target => target.GetProperty("expr").GetString()!)
            .ToList();
        var known = AlertRuleTests.Known();

        queries.Count.ShouldBeGreaterThanOrEqualTo(6);
        queries.SelectMany(PromQuery.MetricsOf).Where(metric => !known.Contains(metric)).ShouldBeEmpty();
        await Promtool.ShouldParseAsync(queries);
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Its_panels_have_titles_and_numbers_of_their_own_and_lie_beside_each_other(string file)
    {
        using var dashboard = Read(file);
        var panels = dashboard.RootElement.GetProperty("panels").EnumerateArray().ToList();

        panels.Select(static panel => panel.GetProperty("id").GetInt32()).ShouldBeUnique();
        panels.Select(static panel => panel.GetProperty("title").GetString()).ShouldBeUnique();
        panels.ShouldAllBe(static panel => panel.GetProperty("datasource").GetProperty("uid").GetString() == "${datasource}");
        var cells = panels.SelectMany(static panel => CellsOf(panel.GetProperty("gridPos"))).ToList();
        cells.ShouldBeUnique();
        cells.ShouldAllBe(static cell => cell.X < 24);
    }

    private static IEnumerable<(int X, int Y)> CellsOf(JsonElement place)
    {
        var (x, y) = (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32());
        var (width, height) = (place.GetProperty("w").GetInt32(), place.GetProperty("h").GetInt32());
        return Enumerable.Range(x, width).SelectMany(column => Enumerable.Range(y, height).Select(row => (column, row)));
    }

    private static JsonDocument Read(string file) => JsonDocument.Parse(File.ReadAllText(Repository.PathOf($"monitoring/grafana/{file}")));
}
