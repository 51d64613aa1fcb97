using RateLimited.Http.Admission;
using RateLimited.Http.Configuration;
using RateLimited.Http.Configuration.Presets;
using RateLimited.Http.Limits;
using RateLimited.Http.Signals;

namespace RateLimited.Http.Tests.Configuration.Presets;

/// <summary>The presets as data: every one is a service that could have been configured by hand, and says where its figures come from.</summary>
public class PresetTests
{
    public static TheoryData<string, string?> Tiers =>
        [.. KnownPresets.All.SelectMany(static preset => preset.Tiers.Select(tier => new TheoryDataRow<string, string?>(preset.Name, tier.Name)))];

    [Theory]
    [MemberData(nameof(Tiers))]
    public void Every_tier_of_every_preset_is_a_valid_service(string preset, string? tier)
    {
        var layers = ServiceLayers.Of(new ServiceRateLimitingOptions { Preset = preset, Tier = tier });
        var byHand = new ServiceRateLimitingOptions { DiscoverLimits = layers.Discovers };
        foreach (var limit in layers.Limits)
        {
            byHand.Limit(limit);
        }

        foreach (var (template, endpoint) in layers.Endpoints)
        {
            byHand.Endpoints.Add(template, endpoint);
        }

        ServiceOptionsFaults.Of("a", byHand, []).Sentences().ShouldBeEmpty();
        ServiceOptionsFaults.Of("a", new ServiceRateLimitingOptions { Preset = preset, Tier = tier }, []).Sentences().ShouldBeEmpty();

        var definition = Compiled(preset, tier);
        (definition.Limits.Count + definition.Endpoints.Count > 0).ShouldBe(!definition.Correction.Discover);
        DefinitionCompiler.Pipeline(new ServiceRateLimitingOptions { Preset = preset, Tier = tier }).ShouldNotBeNull();
    }

    [Theory]
    [MemberData(nameof(Tiers))]
    public void What_an_endpoint_costs_is_counted_by_a_limit(string preset, string? tier)
    {
        var definition = Compiled(preset, tier);
        var limited = definition.Limits.Concat(definition.Endpoints.SelectMany(static endpoint => endpoint.Limits)).Select(static limit => limit.Unit).Append(UnitCost.Requests)
            .ToHashSet(StringComparer.Ordinal);

        definition.Endpoints.SelectMany(static endpoint => endpoint.Costs).Select(static cost => cost.Unit).ShouldAllBe(unit => limited.Contains(unit));
    }

    [Fact]
    public void Names_are_unique_and_written_alike()
    {
        string[] words = [.. KnownPresets.All.SelectMany(static preset => preset.Aliases.Prepend(preset.Name))];

        words.Distinct(StringComparer.OrdinalIgnoreCase).Count().ShouldBe(words.Length);
        words.Concat(KnownPresets.All.SelectMany(static preset => preset.TierNames)).ShouldAllBe(static word => word.All(static c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-'));
        foreach (var preset in KnownPresets.All)
        {
            preset.TierNames.Distinct(StringComparer.OrdinalIgnoreCase).Count().ShouldBe(preset.TierNames.Count(), preset.Name);
            preset.Tiers.Skip(1).ShouldAllBe(static tier => tier.Name != null);
            preset.Tiers.Length.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public void Dialects_are_known_and_keys_have_a_place()
    {
        foreach (var preset in KnownPresets.All)
        {
            (preset.Dialect is null || KnownDialects.Find(preset.Dialect) is not null).ShouldBeTrue(preset.Name);
            preset.Key.Form.ShouldContain("{key}");
            preset.Key.Name.ShouldNotBeNullOrWhiteSpace();
            preset.Counts.ShouldEndWith(".");
            preset.Forbidden.ShouldEndWith(".");
            preset.Notes.ShouldAllBe(static note => note.EndsWith('.'));
        }
    }

    [Fact]
    public void Every_figure_says_where_it_comes_from()
    {
        foreach (var tier in KnownPresets.All.SelectMany(static preset => preset.Tiers))
        {
            tier.Limits.Concat(tier.Endpoints.SelectMany(static endpoint => endpoint.Limits)).ShouldAllBe(static limit => limit.Source.Title.Length > 0);
            tier.Endpoints.ShouldAllBe(static endpoint => (endpoint.Costs.Length > 0) == (endpoint.CostSource != null));
        }
    }

    [Theory]
    [InlineData("reddit", null, "1000/10m fixed announced")]
    [InlineData("reddit", "oauth-600", "600/10m fixed announced")]
    [InlineData("reddit", "unauthenticated", "100/10m fixed announced")]
    [InlineData("github", null, "5000/hour fixed announced, 100 concurrent, 900 points/minute, 80 content/minute, 500 content/hour")]
    [InlineData("github", "unauthenticated", "60/hour fixed announced, 100 concurrent, 900 points/minute, 80 content/minute, 500 content/hour")]
    [InlineData("github", "enterprise", "15000/hour fixed announced, 100 concurrent, 900 points/minute, 80 content/minute, 500 content/hour")]
    [InlineData("github", "actions", "1000/hour fixed announced, 100 concurrent, 900 points/minute, 80 content/minute, 500 content/hour")]
    [InlineData("github-graphql", null, "5000 points/hour fixed announced, 100 concurrent, 2000 secondary-points/minute")]
    [InlineData("youtube", null, "10000 units/day fixed America/Los_Angeles")]
    [InlineData("anthropic", null, "")]
    [InlineData("anthropic", "start", "1000/minute token-bucket, 500000 input-tokens/minute token-bucket, 100000 output-tokens/minute token-bucket")]
    [InlineData("anthropic", "scale", "4000/minute token-bucket, 4000000 input-tokens/minute token-bucket, 800000 output-tokens/minute token-bucket")]
    [InlineData("anthropic", "tier-1", "50/minute token-bucket, 30000 input-tokens/minute token-bucket, 8000 output-tokens/minute token-bucket")]
    [InlineData("openai", null, "")]
    [InlineData("gemini", null, "")]
    [InlineData("groq", null, "")]
    [InlineData("okta", null, "")]
    [InlineData("discord", null, "50/second")]
    [InlineData("shopify", null, "2/second token-bucket burst 40")]
    [InlineData("shopify", "plus", "20/second token-bucket burst 40")]
    [InlineData("shopify-graphql", null, "100 points/second token-bucket burst 1000")]
    [InlineData("shopify-graphql", "advanced", "200 points/second token-bucket burst 1000")]
    [InlineData("shopify-graphql", "standard-older", "50 points/second token-bucket burst 1000")]
    [InlineData("stripe", "live", "100/second, 20 searches/second")]
    [InlineData("stripe", "sandbox", "25/second, 20 searches/second")]
    [InlineData("hubspot", null, "100/10s, 250000/day")]
    [InlineData("hubspot", "professional", "150/10s, 500000/day")]
    [InlineData("twitch", null, "800/minute")]
    [InlineData("twitch", "anonymous", "30/minute")]
    [InlineData("gitlab", "user", "7200/hour fixed announced")]
    [InlineData("gitlab", "unauthenticated", "3600/hour fixed announced")]
    public void Limits_of_all_requests_are_those_of_the_sources(string preset, string? tier, string limits) =>
        string.Join(", ", ServiceLayers.Of(new ServiceRateLimitingOptions { Preset = preset, Tier = tier }).Limits).ShouldBe(limits);

    [Theory]
    [InlineData("github", null, "GET /search/*", "30 searches/minute fixed announced", "requests 0, searches 1")]
    [InlineData("github", null, "GET /search/code", "10 code-searches/minute fixed announced", "requests 0, searches 0, code-searches 1")]
    [InlineData("github", null, "GET /*", "", "points 1")]
    [InlineData("github", null, "PATCH /*", "", "points 5")]
    [InlineData("x", "app", "GET /2/tweets", "3500/15m fixed announced", "")]
    [InlineData("x", "user", "GET /2/tweets", "5000/15m fixed announced", "")]
    [InlineData("x", "app", "GET /2/tweets/search/recent", "450/15m fixed announced", "")]
    [InlineData("x", "user", "GET /2/tweets/search/recent", "300/15m fixed announced", "")]
    [InlineData("x", "user", "GET /2/tweets/search/all", "1/second, 300/15m fixed announced", "")]
    [InlineData("x", "user", "POST /2/tweets", "100/15m fixed announced, 10000/day fixed announced", "")]
    [InlineData("x", "user", "POST /2/media/upload", "500/15m fixed announced, 50000/day fixed announced", "")]
    [InlineData("youtube", null, "GET /youtube/v3/search", "100/day fixed America/Los_Angeles", "units 0")]
    [InlineData("youtube", "one-quota", "GET /youtube/v3/search", "", "units 100")]
    [InlineData("youtube", "one-quota", "POST /upload/youtube/v3/videos", "", "units 1600")]
    [InlineData("youtube", null, "POST /upload/youtube/v3/captions", "", "units 400")]
    [InlineData("youtube", null, "PUT /upload/youtube/v3/captions", "", "units 450")]
    [InlineData("slack", null, "* /api/chat.postMessage", "1/second per name", "")]
    [InlineData("slack", null, "* /api/conversations.history", "50/minute", "")]
    [InlineData("slack", "non-marketplace", "* /api/conversations.history", "1/minute", "")]
    [InlineData("stripe", null, "POST /v1/payment_intents/{id}", "25/second, 1000/hour per name", "")]
    [InlineData("stripe", null, "GET /v1/files/*", "20/second", "")]
    [InlineData("hubspot", null, "POST /crm/v3/objects/{type}/search", "4/second", "")]
    [InlineData("tiktok", null, "* /v2/video/query", "600/minute", "")]
    [InlineData("docker-hub", null, "GET /v2/{namespace}/{repository}/manifests/{reference}", "100/6h", "")]
    [InlineData("docker-hub", "personal", "GET /v2/{namespace}/{repository}/manifests/{reference}", "200/6h", "")]
    public void Endpoints_are_those_of_the_sources(string preset, string? tier, string template, string limits, string costs)
    {
        var endpoint = ServiceLayers.Of(new ServiceRateLimitingOptions { Preset = preset, Tier = tier }).Endpoints.Single(endpoint => endpoint.Key == template).Value;

        string.Join(", ", endpoint.Limits).ShouldBe(limits);
        string.Join(", ", endpoint.Costs.Select(static cost => $"{cost.Key} {cost.Value}")).ShouldBe(costs);
    }

    [Theory]
    [InlineData("POST", "https://api.github.com/repos/o/r/issues", "points 5, content 1")]
    [InlineData("GET", "https://api.github.com/repos/o/r/issues", "points 1")]
    [InlineData("GET", "https://api.github.com/search/issues?q=x", "requests 0, searches 1, points 1")]
    [InlineData("GET", "https://api.github.com/search/code?q=x", "requests 0, searches 0, code-searches 1, points 1")]
    [InlineData("DELETE", "https://api.github.com/repos/o/r", "points 5")]
    public void A_request_to_github_costs_what_its_method_and_path_say(string method, string address, string costs)
    {
        var router = DefinitionCompiler.Pipeline(new ServiceRateLimitingOptions { Preset = "github" }).Router;

        var endpoint = router.Match(new HttpMethod(method), new Uri(address));

        router.CostsOf(endpoint)!.Select(static cost => $"{cost.Unit} {cost.Amount}").ShouldBe(costs.Split(", "), ignoreOrder: true);
    }

    [Fact]
    public void Limits_are_called_what_the_upstream_calls_them()
    {
        Compiled("github", null).Limits[0].Name.ShouldBe("core");
        Compiled("github", null).Endpoints.Single(static endpoint => endpoint.Name == "GET /search/*").Limits.ShouldHaveSingleItem().Name.ShouldBe("search");
        Compiled("hubspot", null).Limits[1].Name.ShouldBe("daily");
        Compiled("anthropic", "start").Limits.Select(static limit => limit.Name).ShouldBe(["requests", "input-tokens", "output-tokens"]);
    }

    [Fact]
    public void The_algorithm_is_the_upstreams_own()
    {
        Compiled("github", null).Limits[0].Rule.ShouldBeOfType<FixedWindow>();
        Compiled("anthropic", "start").Limits[0].Rule.ShouldBeOfType<TokenBucket>();
        Compiled("tiktok", null).Endpoints[0].Limits[0].Rule.ShouldBeOfType<SlidingWindow>();
        Compiled("github", null).Limits[1].Rule.ShouldBeOfType<Concurrency>();
    }

    private static ServiceDefinition Compiled(string preset, string? tier) => DefinitionCompiler.Service("a", new ServiceRateLimitingOptions { Preset = preset, Tier = tier });
}
