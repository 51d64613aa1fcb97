using System.Net.Http.Json;
using System.Text.Json;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Tests.Monitoring;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Dashboard.Tests.Monitoring;

/// <summary>The sample that is there to be watched, scraped by a real Prometheus: what panels and rules ask for is there.</summary>
public sealed class ScrapeTests : IAsyncLifetime
{
    /// <summary>What counts accidents only: there is no such series before the first.</summary>
    private static readonly string[] Accidents =
    [
        "rate_limit_reloads_total", "rate_limit_abandoned_bodies_total", "rate_limit_store_lost_leases_total", "resilience_circuit_changes_total", "resilience_circuit_refusals_total",
        "resilience_body_failures_total",
    ];

    private static readonly string[] Services = ["openai", "catalog", "search"];

    private RedisServer _redis = null!;
    private WatchedSample _sample = null!;
    private PrometheusServer _prometheus = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = new RedisServer();
        _sample = WatchedSample.Start(_redis.Address);
        _prometheus = await PrometheusServer.StartAsync(await _sample.AddressAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _prometheus.DisposeAsync();
        await _sample.DisposeAsync();
        _redis.Dispose();
    }

    [Fact]
    public async Task Every_panel_and_every_rule_has_data()
    {
        var queries = Repository.Files.Where(static file => file.StartsWith("monitoring/grafana/", StringComparison.Ordinal)).SelectMany(PanelsOf).ToDictionary(static panel => panel.Title, static panel => panel.Queries);
        queries.Count.ShouldBeGreaterThan(40);
        foreach (var rule in await _prometheus.RulesAsync())
        {
            var name = rule.GetProperty("name").GetString()!;
            if (rule.GetProperty("type").GetString() == "recording")
            {
                queries.Add($"rule {name}", [name]);
                continue;
            }

            foreach (var metric in PromQuery.MetricsOf(rule.GetProperty("query").GetString()!).Except(Accidents, StringComparer.Ordinal))
            {
                queries.TryAdd($"metric {metric} of alert {name}", [metric]);
            }
        }

        await Eventually.HoldsAsync(async () => (await JsonAsync("/rate-limits/api/service?name=search")).GetProperty("fleet") is { ValueKind: JsonValueKind.Object } fleet && fleet.GetProperty("processes").GetInt32() == 1, "the sample hears of itself in Redis");

        // One accident is brought about: what is said of a shared store is mostly said of its failures.
        await Eventually.HoldsAsync(async () => await _prometheus.CountAsync("rate_limit_store_duration_seconds_count{result=\"answered\"}") > 0, "Redis answers");
        _redis.Kill();
        await Eventually.HoldsAsync(async () => await _prometheus.CountAsync("rate_limit_store_changes_total{state=\"alone\"}") > 0, "it is missed");
        _redis.Start();

        var without = new Dictionary<string, IReadOnlyList<string>>(queries, StringComparer.Ordinal);
        await Eventually.HoldsAsync(
            async () =>
            {
                foreach (var (title, candidates) in without.ToList())
                {
                    if (await HasDataAsync(candidates))
                    {
                        without.Remove(title);
                    }
                }

                return without.Count == 0;
            },
            () => $"there is data for {string.Join("; ", without.Keys)}");

        await Eventually.HoldsAsync(async () => (await AlertsAsync()).Contains("SustainedLimiting search"), "the sample's own alerts show that searches are limited");
        (await _prometheus.RulesAsync()).ShouldAllBe(static rule => rule.GetProperty("health").GetString() == "ok");
    }

    /// <summary>The rules and services of the alerts that the sample's page shows.</summary>
    private async Task<IReadOnlyList<string>> AlertsAsync()
    {
        var reading = await JsonAsync("/rate-limits/api/alerts");
        return [.. reading.GetProperty("open").EnumerateArray().Concat(reading.GetProperty("past").EnumerateArray()).Select(static alert => $"{alert.GetProperty("rule")} {alert.GetProperty("service")}")];
    }

    private async Task<JsonElement> JsonAsync(string route)
    {
        using var client = new HttpClient { BaseAddress = await _sample.AddressAsync() };
        return await client.GetFromJsonAsync<JsonElement>(route, TestContext.Current.CancellationToken);
    }

    private async Task<bool> HasDataAsync(IReadOnlyList<string> candidates)
    {
        foreach (var query in candidates)
        {
            if (await _prometheus.CountAsync(query) > 0)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>A dashboard's panels, each with its queries as Grafana would send them for all services, or for one after the other where a panel shows one alone.</summary>
    private static IEnumerable<(string Title, IReadOnlyList<string> Queries)> PanelsOf(string file)
    {
        using var dashboard = JsonDocument.Parse(File.ReadAllText(Repository.PathOf(file)));
        var panels =
            from panel in dashboard.RootElement.GetProperty("panels").EnumerateArray()
            from target in panel.GetProperty("targets").EnumerateArray()
            let query = target.GetProperty("expr").GetString()!
            let all = query.Replace("=~\"$service\"", "=~\".+\"", StringComparison.Ordinal).Replace("=~\"$limit\"", "=~\".+\"", StringComparison.Ordinal)
            select ($"{Path.GetFileName(file)}: {panel.GetProperty("title").GetString()}: {query}", (IReadOnlyList<string>)[.. Services.Select(service => all.Replace("$service", service, StringComparison.Ordinal)).Distinct(StringComparer.Ordinal)]);
        return [.. panels];
    }
}
