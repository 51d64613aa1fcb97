using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RateLimited.Http.AI.Tests.Estimation;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Configuration;

namespace RateLimited.Http.AI.Tests.Money;

/// <summary>Money through the whole pipeline: budgets that refuse and that warn, by whom it was spent, and what meters and the log are told of it.</summary>
public sealed class BudgetTests : IDisposable
{
    private const string Prices = "\"Prices\": { \"dear\": { \"Input\": 1000, \"Output\": 5000 } }";

    private readonly ManualTimeProvider _time = new(new DateTimeOffset(2026, 3, 10, 0, 0, 0, TimeSpan.Zero));
    private readonly AnsweringUpstream _upstream = new() { Json = """{"usage":{"prompt_tokens":1000,"completion_tokens":200}}""" };
    private readonly LogCollector _logs = new();
    private ServiceProvider? _container;
    private MetricCollector? _measured;

    public void Dispose()
    {
        _measured?.Dispose();
        _container?.Dispose();
        _upstream.Dispose();
        _logs.Dispose();
    }

    [Fact]
    public async Task A_budget_that_is_spent_refuses_until_the_next_window()
    {
        Run($$"""{ "Limits": "100/minute", "Queue": { "Timeout": "1 s" }, "AI": { {{Prices}}, "Budgets": "5 usd/day fixed" } }""");

        // Each costs two dollars, and one and a half cents as estimated.
        await AskAsync();
        await AskAsync();
        await AskAsync();

        var refusal = await Should.ThrowAsync<RateLimitRejectedException>(AskAsync);
        refusal.Limit.ShouldBe("budget 5 usd/day");
        refusal.Message.ShouldNotContain("dear");
        _upstream.Asked.ShouldBe(3);

        // A fixed window begins anew, whatever was spent in the one before.
        _time.Advance(TimeSpan.FromDays(1));
        await AskAsync();
        Limit("usd").Used.ShouldBe(2);
        Costs.GetSpend().ShouldSatisfyAllConditions(static spend => spend.Total.ShouldBe(8), static spend => spend.Today.ShouldBe(2), static spend => spend.ThisMonth.ShouldBe(8));
    }

    [Fact]
    public async Task A_budget_that_warns_lets_everything_go()
    {
        Run($$"""{ "Limits": "100/minute", "AI": { {{Prices}}, "Budgets": [ { "Limit": "5 usd/day fixed", "Then": "Warn", "WarnPercent": 60 } ] } }""");
        await AskAsync();
        _logs.Entries.ShouldNotContain(static entry => entry.Level >= LogLevel.Warning);

        for (var i = 0; i < 4; i++)
        {
            await AskAsync();
        }

        _logs.Entries.Where(static entry => entry.Level >= LogLevel.Warning).ShouldHaveSingleItem().Message.ShouldBe("The budget 5 usd/day of a is nearly spent: 4 of 5 US dollars.");
        _measured!.Sum("ai.budget.warnings", ("service", "a"), ("budget", "budget 5 usd/day")).ShouldBe(1);
        _measured.Collect();
        _measured.Last("ai.budget.ratio", ("budget", "budget 5 usd/day")).ShouldBe(2);
        Costs.GetSpend().Budgets.ShouldBe([new BudgetStatus("budget 5 usd/day", 5, 10, null)]);
    }

    [Fact]
    public async Task What_is_spent_is_told_by_model_tenant_and_key()
    {
        Run($$"""{ "Limits": "100/minute", "Keys": [ { "Name": "first", "Value": "sk-canary-1", "Origin": "https://upstream.test" }, { "Name": "second", "Value": "sk-canary-2", "Origin": "https://upstream.test" } ], "AI": { {{Prices}} } }""");
        await AskAsync("acme");
        await AskAsync("acme");
        await AskAsync("corp");
        await AskAsync(model: "unknown");

        var spend = Costs.GetSpend();
        spend.Tenants.ShouldBe([new NamedSpend("acme", 4), new NamedSpend("corp", 2), new NamedSpend(string.Empty, 0)]);
        spend.Models.Select(static model => (model.Model, model.Requests, model.InputTokens, model.OutputTokens, model.Usd)).ShouldBe([("dear", 3, 3_000, 600, 6m), ("unknown", 1, 1_000, 200, null)]);
        spend.Keys.Select(static key => key.Name).Order(StringComparer.Ordinal).ShouldBe(["first", "second"]);
        (spend.Keys.Sum(static key => key.Usd), spend.UnpricedRequests).ShouldBe((6, 1));
    }

    [Fact]
    public async Task Meters_are_told_what_was_used_and_neither_tenants_nor_unknown_models()
    {
        Run($$"""{ "Limits": "100/minute", "AI": { {{Prices}} } }""");
        _upstream.Json = """{"model":"dear","usage":{"prompt_tokens":1000,"completion_tokens":200,"prompt_tokens_details":{"cached_tokens":300}}}""";
        await AskAsync("canary-tenant");
        _upstream.Json = """{"model":"canary-answer","usage":{"prompt_tokens":1000,"completion_tokens":200}}""";
        await AskAsync("canary-tenant", "canary-model");

        _measured!.Measurements.Select(static measured => $"{measured.Series} {measured.Value:0.###}").Where(static line => line.StartsWith("ai.", StringComparison.Ordinal) && !line.StartsWith("ai.estimate.error", StringComparison.Ordinal)).ShouldBe(
            [
                "ai.tokens{service=a,model=dear,kind=input} 700", "ai.tokens{service=a,model=dear,kind=cached} 300", "ai.tokens{service=a,model=dear,kind=output} 200",
                "ai.cost{service=a,model=dear} 2", "ai.tokens{service=a,model=other,kind=input} 1000", "ai.tokens{service=a,model=other,kind=output} 200",
            ]);
        _measured.Measurements.Count(static measured => measured.Instrument == "ai.estimate.error").ShouldBe(2);
        _measured.Measurements.ShouldNotContain(static measured => measured.Series.Contains("canary", StringComparison.Ordinal));
        _logs.Entries.ShouldNotContain(static entry => entry.Message.Contains("canary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_cannot_be_usage_is_warned_of_once_and_changes_nothing()
    {
        Run($$"""{ "Limits": [ "100/minute", "100000 output-tokens/minute" ], "AI": { {{Prices}} } }""");
        _upstream.Json = """{"usage":{"prompt_tokens":"canary","completion_tokens":1e300}}""";
        await AskAsync();
        await AskAsync();

        _logs.Ours.Where(static entry => entry.Level >= LogLevel.Warning).ShouldHaveSingleItem().Message
            .ShouldBe("A response of a reported something in usage.prompt_tokens that counts nothing; its request settles at the estimate.");
        _logs.Entries.Count(static entry => entry.Message.Contains("counts nothing", StringComparison.Ordinal)).ShouldBe(2);
        Limit("output-tokens").Used.ShouldBe(20);
    }

    [Fact]
    public async Task A_request_that_costs_more_than_all_of_the_budget_never_goes()
    {
        Run($$"""{ "Limits": "100/minute", "AI": { {{Prices}}, "Budgets": "5 usd/day fixed" } }""");

        (await Should.ThrowAsync<RateLimitRejectedException>(() => AskAsync(maxTokens: 2_000))).Limit.ShouldBe("budget 5 usd/day");
        _upstream.Asked.ShouldBe(0);
    }

    private ITokenCosts Costs => _container!.GetRequiredKeyedService<ITokenCosts>("a");

    private LimitStatus Limit(string unit) => _container!.GetRequiredKeyedService<IServiceRateLimiter>("a").GetStatus().Limits.Single(limit => limit.Unit == unit);

    private void Run(string service)
    {
        _container = Configured.Container(Configured.Service(service), services =>
        {
            services.AddSingleton<TimeProvider>(_time);
            services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Trace).AddProvider(_logs));
            services.AddHttpClient("a", static client => client.BaseAddress = new Uri("https://upstream.test/"))
                .AddServiceRateLimiting().AddTokenCosts().ConfigurePrimaryHttpMessageHandler(() => _upstream);
        });
        _measured = new MetricCollector(_container.GetRequiredService<IMeterFactory>());
    }

    private Task AskAsync() => AskAsync(tenant: null);

    private async Task AskAsync(string? tenant = null, string model = "dear", int maxTokens = 10)
    {
        using var client = _container!.GetRequiredService<IHttpClientFactory>().CreateClient("a");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent($$"""{"model":"{{model}}","messages":[{"role":"user","content":"hi"}],"max_tokens":{{maxTokens}}}""", Encoding.UTF8, "application/json"),
        };
        if (tenant is not null)
        {
            request.WithTenant(tenant);
        }

        (await client.SendAsync(request, TestContext.Current.CancellationToken)).Dispose();
    }
}
