using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Admission;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tests.Configuration.Presets;

/// <summary>How a preset and what a service says itself go together: what the service says wins.</summary>
public class PresetLayerTests
{
    [Fact]
    public void A_preset_alone_is_a_service()
    {
        var layers = Layers("""{ "Preset": "github" }""");

        layers.Limits[0].ToString().ShouldBe("5000/hour fixed announced");
        Dialect("""{ "Preset": "github" }""").ShouldBe("github");
    }

    [Theory]
    [InlineData("""{ "Preset": "GitHub", "Tier": "Unauthenticated" }""", "60/hour fixed announced")]
    [InlineData("""{ "Preset": " anthropic ", "Tier": "start" }""", "1000/minute token-bucket")]
    [InlineData("""{ "Preset": "claude", "Tier": "start" }""", "1000/minute token-bucket")]
    public void Names_are_found_in_any_case_and_by_their_other_words(string json, string first) => Layers(json).Limits[0].ToString().ShouldBe(first);

    [Fact]
    public void Limits_of_its_own_replace_all_of_the_presets_and_leave_its_endpoints()
    {
        var layers = Layers("""{ "Preset": "github", "Limits": [ "1000/hour" ] }""");

        layers.Limits.ShouldHaveSingleItem().ToString().ShouldBe("1000/hour");
        layers.Endpoints.ShouldContain(static endpoint => endpoint.Key == "GET /search/code");
    }

    [Fact]
    public void An_empty_list_says_nothing() => Layers("""{ "Preset": "github", "Limits": [] }""").Limits.Count.ShouldBe(5);

    [Fact]
    public void An_endpoint_replaces_the_presets_of_the_same_template_as_a_whole()
    {
        var layers = Layers("""
            { "Preset": "github", "Endpoints": { "get /search/*": { "Limits": "5/minute" }, "POST /repos/{o}/{r}/issues/": { "Costs": { "content": 2 } }, "GET /mine": { "Limits": "1/s" } } }
            """);

        layers.Endpoints.Count(static endpoint => endpoint.Key.EndsWith("/search/*", StringComparison.Ordinal)).ShouldBe(1);
        var search = layers.Endpoints.Single(static endpoint => endpoint.Key == "get /search/*").Value;
        search.Limits.ShouldHaveSingleItem().ToString().ShouldBe("5/minute");
        search.Costs.ShouldBeEmpty();
        layers.Endpoints.ShouldNotContain(static endpoint => endpoint.Key == "POST /repos/{owner}/{repo}/issues");
        layers.Endpoints.ShouldContain(static endpoint => endpoint.Key == "GET /mine");
    }

    [Fact]
    public void An_endpoint_of_its_own_has_the_costs_of_the_presets_template_that_covers_it()
    {
        var router = DefinitionCompiler.Pipeline(Options("""{ "Preset": "github", "Endpoints": { "POST /mine/*": { "Limits": "1/s" } } }""")).Router;

        router.CostsOf("POST /mine/*").ShouldBe([new UnitCost("points", 5)]);
    }

    [Theory]
    [InlineData("""{ "Preset": "github", "Dialect": "openai" }""", "openai")]
    [InlineData("""{ "Preset": "github", "Dialect": { "Remaining": "X-Left" } }""", "own")]
    [InlineData("""{ "Preset": "xai" }""", null)]
    [InlineData("""{ "Limits": "5/s" }""", null)]
    [InlineData("""{ "Limits": "5/s", "Dialect": "OKTA" }""", "okta")]
    public void A_dialect_replaces_the_presets(string json, string? name) => Dialect(json).ShouldBe(name);

    [Fact]
    public void What_the_upstream_reports_may_take_the_place_of_limits()
    {
        DefinitionCompiler.Service("a", Options("""{ "Limits": "discover" }""")).Correction.Discover.ShouldBeTrue();
        DefinitionCompiler.Service("a", Options("""{ "Preset": "openai" }""")).Correction.Discover.ShouldBeTrue();
        DefinitionCompiler.Service("a", Options("""{ "Preset": "openai", "Limits": "5/s" }""")).Correction.Discover.ShouldBeFalse();
        DefinitionCompiler.Service("a", Options("""{ "Preset": "github" }""")).Correction.Discover.ShouldBeFalse();

        var github = DefinitionCompiler.Service("a", Options("""{ "Preset": "github", "Limits": "Discover" }"""));
        github.Correction.Discover.ShouldBeTrue();
        github.Limits.ShouldBeEmpty();
        github.Endpoints.ShouldNotBeEmpty();
    }

    [Fact]
    public void How_far_the_upstream_is_believed_is_carried_to_where_it_counts()
    {
        var definition = DefinitionCompiler.Service("a", Options("""{ "Limits": "5/s", "MaxHint": "10 min", "TrustUpstream": true }"""));

        definition.Correction.MaxHint.ShouldBe(TimeSpan.FromMinutes(10));
        definition.Correction.TrustUpstream.ShouldBeTrue();
        DefinitionCompiler.Service("a", Options("""{ "Limits": "5/s", "AskFirst": "2 s" }""")).Correction.AskFirst.ShouldBe(TimeSpan.FromSeconds(2));
        DefinitionCompiler.Service("a", Options("""{ "Limits": "5/s" }""")).Correction.ShouldBe(new CorrectionDefinition());
    }

    [Theory]
    [InlineData("""{ "Limits": "5/s", "Dialect": "discord" }""", true)]
    [InlineData("""{ "Limits": "5/s", "Preset": "github" }""", true)]
    [InlineData("""{ "Limits": "5/s", "Dialect": "ietf" }""", true)]
    [InlineData("""{ "Limits": "5/s", "Dialect": { "RetryAfter": "X-Wait" } }""", false)]
    [InlineData("""{ "Limits": "5/s", "Preset": "spotify" }""", false)]
    [InlineData("""{ "Limits": "5/s" }""", false)]
    public void What_remains_is_asked_for_where_the_dialect_has_words_for_it(string json, bool isSpoken)
    {
        DefinitionCompiler.Service("a", Options(json)).Correction.IsSpoken.ShouldBe(isSpoken);
    }

    [Fact]
    public void Waits_are_bounded_by_what_is_believed()
    {
        using var response = new HttpResponseMessage(System.Net.HttpStatusCode.TooManyRequests);
        response.Headers.TryAddWithoutValidation("Retry-After", "7200");

        Wait("""{ "Limits": "5/s" }""").ShouldBe(TimeSpan.FromHours(1));
        Wait("""{ "Limits": "5/s", "MaxHint": "10 s" }""").ShouldBe(TimeSpan.FromSeconds(10));
        Wait("""{ "Limits": "5/s", "MaxHint": "1 d" }""").ShouldBe(TimeSpan.FromHours(2));

        TimeSpan? Wait(string json)
        {
            DefinitionCompiler.Pipeline(Options(json)).Signals.Read(response, default, DateTimeOffset.UnixEpoch, out var signal);
            return signal.Verdict.Wait;
        }
    }

    [Fact]
    public void In_code_it_is_the_same()
    {
        var options = new ServiceRateLimitingOptions().UsePreset("anthropic", "start").UseDialect("openai");
        ServiceLayers.Of(options).Limits.Count.ShouldBe(3);
        ServiceLayers.DialectOf(options)!.Name.ShouldBe("openai");

        ServiceLayers.Of(new ServiceRateLimitingOptions().UsePreset("github").Discover()).Discovers.ShouldBeTrue();
        ServiceLayers.Of(new ServiceRateLimitingOptions().UsePreset("github").Limit("7/s")).Limits.ShouldHaveSingleItem().ToString().ShouldBe("7/second");

        using var limiter = RateLimiters.CreateRateLimiter("gh", static service => service.UsePreset("github", "unauthenticated"));
        Enumerable.Range(0, 100).Count(_ => limiter.AttemptAcquire().IsAcquired).ShouldBe(60);
    }

    [Fact]
    public void A_preset_in_code_stands_beneath_the_section()
    {
        using var container = Configured.Container(
            Configured.Service("""{ "Limits": "7/hour" }"""), static services => services.AddHttpClient("a").AddServiceRateLimiting(static service => service.UsePreset("github")));

        container.GetRequiredKeyedService<IServiceRateLimiter>("a").GetStatus().Limits.ShouldContain(static limit => limit.Name == "7/hour");
        container.GetRequiredKeyedService<IServiceRateLimiter>("a").GetStatus().Limits.ShouldNotContain(static limit => limit.Name == "core");
    }

    [Fact]
    public void Costs_in_the_line_may_be_of_a_unit_that_the_preset_limits()
    {
        Configured.Faults(Configured.Service("""{ "Preset": "youtube", "Queue": { "Costs": { "units": 100 } } }""")).ShouldBeEmpty();
        Configured.Faults(Configured.Service("""{ "Preset": "openai", "Queue": { "Costs": { "tokens": 100 } } }""")).ShouldBeEmpty();
    }

    [Fact]
    public void A_tier_may_change_while_running()
    {
        var source = new ReloadableSource(("Services:a:Preset", "github"), ("Services:a:Tier", "unauthenticated"));
        using var container = Configured.Container(source.Root(), static services => services.AddServiceRateLimiting("a"));
        var limiter = container.GetRequiredKeyedService<IServiceRateLimiter>("a");
        Admitted(limiter).ShouldBe(60);

        source.Change(("Services:a:Tier", "actions"), ("Services:a:MaxHint", "5 s"), ("Services:a:TrustUpstream", "true"));

        Admitted(limiter).ShouldBe(940);

        source.Change(("Services:a:Tier", "gold"));

        limiter.GetStatus().Limits.ShouldContain(static limit => limit.Name == "core" && limit.Quota == 1000);
    }

    private static int Admitted(IServiceRateLimiter limiter)
    {
        var admitted = 0;
        while (limiter.TryAcquire() is { IsAdmitted: true } result)
        {
            result.Lease!.Dispose();
            admitted++;
        }

        return admitted;
    }

    private static string? Dialect(string json) => ServiceLayers.DialectOf(Options(json))?.Name;

    private static ServiceLayers Layers(string json) => ServiceLayers.Of(Options(json));

    private static ServiceRateLimitingOptions Options(string json)
    {
        using var container = Configured.Container(Configured.Service(json), static services => services.AddServiceRateLimiting("a"));
        return container.GetRequiredService<IOptionsMonitor<ServiceRateLimitingOptions>>().Get("a");
    }
}
