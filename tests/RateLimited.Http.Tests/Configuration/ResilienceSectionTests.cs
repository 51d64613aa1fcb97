using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>What the section Resilience means, and what is said of a wrong one.</summary>
public class ResilienceSectionTests
{
    private const string Place = "RateLimiting:Services:a:Resilience";

    [Fact]
    public void Without_it_retries_breaker_and_redirects_are_on_and_timeouts_are_not()
    {
        var rule = Rule("{}");

        rule.ShouldBe(new ResilienceRule { Retry = new RetryRule(), Breaker = new BreakerRule(), MaxRedirects = 5 });
    }

    [Theory]
    [InlineData("""{ "Resilience": false }""")]
    [InlineData("""{ "Resilience": { "Enabled": "false" } }""")]
    public void Off_is_off_but_for_redirects_that_nobody_else_follows(string json) => Rule(json).ShouldBe(new ResilienceRule { MaxRedirects = 5 });

    [Fact]
    public void Short_forms_say_one_thing_and_leave_the_rest()
    {
        Rule("""{ "Resilience": { "Retry": 3 } }""").Retry.ShouldBe(new RetryRule { MaxRetries = 3 });
        Rule("""{ "Resilience": { "Retry": true, "Breaker": true } }""").ShouldBe(Rule("{}"));
        Rule("""{ "Resilience": { "Retry": false, "Breaker": false, "Redirects": false } }""").ShouldBe(ResilienceRule.Nothing);
        Rule("""{ "Resilience": { "Retry": {}, "Breaker": {} } }""").ShouldBe(Rule("{}"));
    }

    [Fact]
    public void Every_key_is_read()
    {
        var rule = Rule("""
            {
              "Resilience": {
                "TotalTimeout": "60 s", "AttemptTimeout": "20 s", "Redirects": 2,
                "Retry": { "MaxRetries": 4, "Backoff": "linear", "BaseDelay": "1 s", "MaxDelay": "10 s", "UnsafeMethods": true, "MaxReplayBuffer": 10, "BudgetPercent": 20, "BudgetFloor": 3 },
                "Breaker": {
                  "FailurePercent": 60, "Window": "10 s", "MinimumCalls": 5, "ConsecutiveFailures": 3, "SlowCall": "2 s", "SlowPercent": 80, "Break": "5 s", "MaxBreak": "1 min", "Probes": 2
                }
              }
            }
            """);

        rule.ShouldBe(new ResilienceRule
        {
            TotalTimeout = TimeSpan.FromSeconds(60),
            AttemptTimeout = TimeSpan.FromSeconds(20),
            MaxRedirects = 2,
            Retry = new RetryRule
            {
                MaxRetries = 4,
                Backoff = RetryBackoff.Linear,
                BaseDelay = TimeSpan.TicksPerSecond,
                MaxDelay = 10 * TimeSpan.TicksPerSecond,
                UnsafeMethods = true,
                MaxReplayBuffer = 10,
                BudgetPercent = 20,
                BudgetFloor = 3,
            },
            Breaker = new BreakerRule
            {
                FailurePercent = 60,
                Window = 10 * TimeSpan.TicksPerSecond,
                MinimumCalls = 5,
                ConsecutiveFailures = 3,
                SlowCall = 2 * TimeSpan.TicksPerSecond,
                SlowPercent = 80,
                Break = 5 * TimeSpan.TicksPerSecond,
                MaxBreak = TimeSpan.TicksPerMinute,
                Probes = 2,
            },
        });
    }

    [Fact]
    public void What_stands_in_and_what_is_shed_have_short_forms_too()
    {
        Rule("""{ "Resilience": { "Fallback": "backup", "Degradation": 20, "Hedging": "800 ms" } }""")
            .ShouldBe(Rule("{}") with { Hedging = new HedgingRule(TimeSpan.FromMilliseconds(800), 1), Fallback = new FallbackRule { Client = "backup" }, Degradation = new DegradationRule(20, RequestPriority.Low) });
        Rule("""{ "Resilience": { "Fallback": { "StaleFor": "10 min" }, "Degradation": { "FailurePercent": 20, "Sheds": "normal" } } }""")
            .ShouldBe(Rule("{}") with { Fallback = new FallbackRule { StaleFor = 10 * TimeSpan.TicksPerMinute }, Degradation = new DegradationRule(20, RequestPriority.Normal) });
    }

    [Fact]
    public void Lists_replace_the_usual_ones()
    {
        var retry = Rule("""{ "Resilience": { "Retry": { "Statuses": [ 409, 503 ], "Failures": "NotSent" } } }""").Retry.ShouldNotBeNull();

        retry.Statuses.ShouldBe([409, 503], ignoreOrder: true);
        retry.Failures.ShouldBe([SendFailure.NotSent]);
    }

    [Theory]
    [InlineData("""{ "Resilience": "maybe" }""", ": 'maybe' → true, false, or a section.")]
    [InlineData("""{ "Resilience": { "Rety": 3 } }""", ":Rety: unknown key → perhaps 'Retry'; known here are Enabled, TotalTimeout, AttemptTimeout, Retry, Breaker, Fallback, Degradation, Hedging, HealthProbe, Connections, Redirects.")]
    [InlineData("""{ "Resilience": { "Retry": 21 } }""", ":Retry: '21' → a whole number from 0 to 20, or a section, true or false.")]
    [InlineData("""{ "Resilience": { "Breaker": 1 } }""", ":Breaker: '1' → true, false, or a section.")]
    [InlineData("""{ "Resilience": { "Redirects": -1 } }""", ":Redirects: '-1' → a whole number from 0 to 20, true or false.")]
    [InlineData("""{ "Resilience": { "TotalTimeout": "5" } }""", ":TotalTimeout: '5' → a duration from 10 ms to 24 h, such as '30 s' or '00:00:30'.")]
    [InlineData("""{ "Resilience": { "TotalTimeout": "5 s", "AttemptTimeout": "6 s" } }""", ":AttemptTimeout: '00:00:06' → at most the TotalTimeout, '00:00:05'.")]
    [InlineData("""{ "Resilience": { "Retry": { "BaseDelay": "40 s" } } }""", ":Retry:BaseDelay: '00:00:40' → at most the MaxDelay, '00:00:30'.")]
    [InlineData("""{ "Resilience": { "Retry": { "Backoff": "Fast" } } }""", ":Retry:Backoff: 'Fast' → one of Exponential, Linear, Adaptive.")]
    [InlineData("""{ "Resilience": { "Retry": { "Statuses": [ 503, 200 ] } } }""", ":Retry:Statuses:1: '200' → a status from 400 to 599.")]
    [InlineData("""{ "Resilience": { "Retry": { "Failures": [ "Slow" ] } } }""", ":Retry:Failures:0: 'Slow' → one of NotSent, Broken, TimedOut.")]
    [InlineData("""{ "Resilience": { "Degradation": 50 } }""", ":Degradation:FailurePercent: 50 → less than the Breaker's FailurePercent, 50.")]
    [InlineData("""{ "Resilience": { "Degradation": 20, "Breaker": false } }""", ":Degradation:FailurePercent: 20 → nothing, or a Breaker that is enabled, since its window is counted in.")]
    [InlineData("""{ "Resilience": { "Degradation": "x" } }""", ":Degradation: 'x' → a whole number of percent from 1 to 100, or a section.")]
    [InlineData("""{ "Resilience": { "Fallback": { "StaleFor": "0 s" } } }""", ":Fallback:StaleFor: '0 s' → a duration from 1 s to 31 days, such as '10 min' or '00:10:00'.")]
    [InlineData("""{ "Resilience": { "Fallback": { "Causes": "Bored" } } }""", ":Fallback:Causes: 'Bored' → one of Failed, CircuitOpen, Limited, Refused.")]
    [InlineData("""{ "Resilience": { "Hedging": "never" } }""", ":Hedging: 'never' → a duration from 1 ms to 1 h, such as '800 ms' or '00:00:00.8', or a section.")]
    [InlineData("""{ "Resilience": { "Hedging": { "MaxHedges": 6 } } }""", ":Hedging:MaxHedges: '6' → a whole number from 1 to 5.")]
    [InlineData("""{ "Resilience": { "Connections": { "Lifetime": "25 h" } } }""", ":Connections:Lifetime: '25 h' → a duration from 1 s to 24 h, such as '2 min' or '00:02:00'.")]
    [InlineData("""{ "Resilience": { "HealthProbe": "ftp://x/" } }""", ":HealthProbe:Address: 'ftp://x/' → a path such as '/health', or an absolute address of http or https.")]
    [InlineData("""{ "Resilience": { "HealthProbe": { "Interval": "1 ms" } } }""", ":HealthProbe:Interval: '1 ms' → a duration from 100 ms to 24 h, such as '15 s' or '00:00:15'.")]
    [InlineData("""{ "Resilience": { "Breaker": { "FailurePercent": 0 } } }""", ":Breaker:FailurePercent: '0' → a whole number of percent from 1 to 100.")]
    [InlineData("""{ "Resilience": { "Breaker": { "Shared": true } } }""", ":Breaker:Shared: 'true' → false, or a Store of 'Redis', where other processes hear of it.")]
    [InlineData("""{ "Resilience": { "Breaker": { "Break": "10 min" } } }""", ":Breaker:Break: '00:10:00' → at most the MaxBreak, '00:05:00'.")]
    public void What_is_wrong_is_said(string json, string sentence) =>
        Configured.Faults(Configured.Service(json.Insert(1, """ "Limits": "500/minute", """))).ShouldBe([Place + sentence]);

    [Fact]
    public void In_code_it_is_checked_alike()
    {
        var faults = Configured.Faults(configuration: null, static services => services.AddHttpClient("a").AddServiceRateLimiting(static service => service.Limit("500/minute").Resilient(static it =>
        {
            it.Redirects = 21;
            it.Retry.MaxRetries = -1;
            it.Retry.Backoff = (RetryBackoff)9;
            it.Retry.Statuses.Add(1);
            it.Retry.Failures.Add((SendFailure)7);
            it.Breaker.Probes = 0;
            it.Breaker.SlowCall = TimeSpan.Zero;
        })));

        faults.ShouldBe(
        [
            $"{Place}:Redirects: 21 → a whole number from 0 to 20.",
            $"{Place}:Retry:MaxRetries: -1 → a whole number from 0 to 20.",
            $"{Place}:Retry:Backoff: '9' → one of Exponential, Linear, Adaptive.",
            $"{Place}:Retry:Statuses:0: 1 → a status from 400 to 599.",
            $"{Place}:Retry:Failures:0: '7' → one of NotSent, Broken, TimedOut.",
            $"{Place}:Breaker:SlowCall: '00:00:00' → a duration from 1 ms to 24 h, such as '2 s' or '00:00:02'.",
            $"{Place}:Breaker:Probes: 0 → a whole number from 1 to 100.",
        ]);
    }

    [Fact]
    public async Task A_client_repeats_and_its_circuit_is_a_keyed_service_that_a_reload_leaves_open()
    {
        var sent = 0;
        var source = new ReloadableSource(("Services:a:Limits", "500/minute"), ("Services:a:Resilience:Retry:BaseDelay", "0 s"));
        var configuration = source.Root();
        await using var container = Configured.Container(configuration, services => services.AddHttpClient("a").AddServiceRateLimiting()
            .ConfigurePrimaryHttpMessageHandler(() => new StubHandler((_, _) => Task.FromResult(new HttpResponseMessage(sent++ == 0 ? HttpStatusCode.BadGateway : HttpStatusCode.OK)))));
        using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("a");
        var circuit = container.GetRequiredKeyedService<IServiceCircuit>("a");

        (await client.GetAsync("https://upstream.test/", TestContext.Current.CancellationToken)).StatusCode.ShouldBe(HttpStatusCode.OK);
        sent.ShouldBe(2);

        circuit.Isolate();
        source.Change(("Services:a:Limits", "600/minute"), ("Services:a:Resilience:Retry:BaseDelay", null), ("Services:a:Resilience", "false"));
        circuit.State.ShouldBe(CircuitState.Isolated);
        await Should.ThrowAsync<CircuitOpenException>(() => client.GetAsync("https://upstream.test/", TestContext.Current.CancellationToken));
    }

    private static ResilienceRule Rule(string json)
    {
        using var container = Configured.Container(Configured.Service(json), static services => services.AddServiceRateLimiting("a"));
        var options = new ServiceRateLimitingOptions();
        ServiceOptionsReader.Read(container.GetRequiredService<IConfiguration>().GetSection("RateLimiting:Services:a"), options);
        options.Faults.Sentences().ShouldBeEmpty();
        return ResilienceCompiler.Rule(options.Resilience);
    }
}
