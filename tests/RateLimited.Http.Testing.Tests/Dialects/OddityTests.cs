using System.Net;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing.Tests.Dialects;

/// <summary>What upstreams were recorded doing against expectation, one by one.</summary>
public sealed class OddityTests
{
    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 3, 31, 13, 12, 32, 250, TimeSpan.Zero));

    [Fact]
    public async Task A_success_asks_to_wait_and_means_nothing_by_it()
    {
        var response = await FirstAsync(Upstream.Preset("anthropic").Odd(Oddities.RetryAfterOnSuccess));

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Headers.GetValues("retry-after").ShouldBe(["28"]);
    }

    [Fact]
    public async Task A_refusal_does_not_say_for_how_long_or_says_nothing_at_all_or_says_it_as_a_date()
    {
        (await RefusedAsync(Oddities.NoRetryAfter)).Headers.Contains("retry-after").ShouldBeFalse();
        (await RefusedAsync(Oddities.ZeroRetryAfter)).Headers.GetValues("retry-after").ShouldBe(["0"]);
        (await RefusedAsync(Oddities.DatedRetryAfter)).Headers.GetValues("retry-after").ShouldBe(["Tue, 31 Mar 2026 13:13:00 GMT"]);
    }

    [Fact]
    public async Task Resets_lie_in_the_past()
    {
        var response = await FirstAsync(Upstream.Preset("anthropic").Odd(Oddities.ResetInThePast));

        response.Headers.GetValues("anthropic-ratelimit-output-tokens-reset").ShouldBe(["2026-03-31T13:12:30Z"]);
    }

    [Fact]
    public async Task Failures_say_nothing_of_limits_and_successes_do()
    {
        var builder = Upstream.Preset("x-ratelimit").WithoutLimits().FixedWindow(1, TimeSpan.FromMinutes(1)).Odd(Oddities.NoHeadersOnErrors).Time(_time);
        using var client = new HttpMessageInvoker(builder.Build().CreateHandler());

        var success = await SendAsync(client, "x-ratelimit");
        var refused = await SendAsync(client, "x-ratelimit");

        success.Headers.Contains("x-ratelimit-limit").ShouldBeTrue();
        refused.Headers.Contains("x-ratelimit-limit").ShouldBeFalse();
        refused.Headers.Contains("retry-after").ShouldBeTrue();
    }

    [Fact]
    public async Task A_cache_answers_without_headers() =>
        (await FirstAsync(Upstream.Preset("reddit").Odd(Oddities.NoHeaders))).Headers.NonValidated.Select(header => header.Key).ShouldBe(["Date"]);

    [Fact]
    public async Task Figures_are_minus_one()
    {
        var response = await FirstAsync(Upstream.Preset("azure-openai").Odd(Oddities.Sentinels));

        response.Headers.GetValues("x-ratelimit-limit-tokens").ShouldBe(["-1"]);
        response.Headers.GetValues("x-ratelimit-remaining-tokens").ShouldBe(["-1"]);
        response.Headers.GetValues("x-ratelimit-reset-tokens").ShouldBe(["0"]);
    }

    [Fact]
    public async Task The_date_has_the_other_name_of_its_zone() =>
        (await FirstAsync(Upstream.Preset("x"))).Headers.NonValidated["date"].ToString().ShouldBe("Tue, 31 Mar 2026 13:12:32 UTC");

    [Fact]
    public async Task A_limit_that_no_header_shows_refuses_in_words_of_its_own()
    {
        var github = await RefusedByAsync(Upstream.Preset("github").Cost("points", _ => 500));
        github.StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        github.Headers.GetValues("retry-after").ShouldBe(["60"]);
        github.Headers.Contains("x-ratelimit-remaining").ShouldBeFalse();
        (await github.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("secondary rate limit");

        var discord = await RefusedByAsync(Upstream.Preset("discord").WithoutLimits().SlidingLog(1, TimeSpan.FromSeconds(10), limit => limit with { Name = "global", IsHidden = true }));
        discord.Headers.GetValues("x-ratelimit-global").ShouldBe(["true"]);
        discord.Headers.GetValues("x-ratelimit-scope").ShouldBe(["global"]);
        (await discord.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("\"retry_after\":10,\"global\":true");
    }

    [Fact]
    public async Task A_query_that_is_refused_is_a_success_with_an_error_in_it()
    {
        foreach (var provider in (string[])["github-graphql", "shopify-graphql"])
        {
            var unit = provider == "shopify-graphql" ? "points" : "requests";
            var refused = await RefusedByAsync(Upstream.Preset(provider).Cost(unit, _ => 1000).WithoutLimits().Limit(UpstreamLimit.TokenBucket(1000, TimeSpan.FromSeconds(10), unit: unit)), provider);

            refused.StatusCode.ShouldBe(HttpStatusCode.OK);
            (await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldStartWith("{\"errors\":[{");
        }
    }

    private static Task<HttpResponseMessage> SendAsync(HttpMessageInvoker client, string provider) => client.SendAsync(ProviderRequests.Of(provider), TestContext.Current.CancellationToken);

    private Task<HttpResponseMessage> FirstAsync(UpstreamBuilder builder) => SendAsync(new HttpMessageInvoker(builder.Time(_time).Build().CreateHandler()), "anthropic");

    private Task<HttpResponseMessage> RefusedAsync(Oddities oddities) =>
        RefusedByAsync(Upstream.Preset("x-ratelimit").WithoutLimits().FixedWindow(1, TimeSpan.FromMinutes(1)).Odd(oddities), "x-ratelimit");

    private async Task<HttpResponseMessage> RefusedByAsync(UpstreamBuilder builder, string provider = "discord")
    {
        using var client = new HttpMessageInvoker(builder.Time(_time).Build().CreateHandler());
        using var first = await SendAsync(client, provider);
        return await SendAsync(client, provider);
    }
}
