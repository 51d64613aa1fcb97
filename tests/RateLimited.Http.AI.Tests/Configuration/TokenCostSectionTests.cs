using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.AI.Configuration;
using RateLimited.Http.AI.Tests.Estimation;
using RateLimited.Http.Configuration;
using RateLimited.Http.Tests.Configuration;

namespace RateLimited.Http.AI.Tests.Configuration;

/// <summary>The section AI of a service: what is read, what is refused, what changes while it runs.</summary>
public sealed class TokenCostSectionTests
{
    private const string Dollars = "a number of dollars from 0 to 100_000 with at most six digits behind the point";
    private const string Budget = "a budget such as '20 usd/day fixed'";
    private const string Keys = "Margin, Reserve, ExpectedOutput, CachedTokens, GivesBack, AudioMinimum, Prices, PriceFile, Budgets, Embeddings, Models, Fallback, FallbackOn";

    [Fact]
    public void All_of_it_is_read()
    {
        var (options, service) = Read("""
            {
              "Margin": 1.5, "Reserve": "Largest", "ExpectedOutput": "1_000", "CachedTokens": "Free", "GivesBack": false, "AudioMinimum": "10 s",
              "Prices": { "gpt-4o": { "Input": 3, "CachedInput": 1.5, "Output": 12 }, "ft:gpt-4o:acme": { "Input": 4 }, "llama3:8b": { "Input": 0, "CacheWrite": 1, "AudioMinute": 0.006, "Image": 0.04 } },
              "Budgets": [ "20 usd/day fixed", { "Limit": "500 usd/30 days", "Then": "Warn", "WarnPercent": 50 } ]
            }
            """);

        (options.Margin, options.Reserve, options.ExpectedOutput, options.CachedTokens, options.GivesBack, options.AudioMinimum)
            .ShouldBe((1.5m, OutputReserve.Largest, 1_000, CachedTokens.Free, false, TimeSpan.FromSeconds(10)));
        options.Prices.ShouldBe(
            [
                new("gpt-4o", new ModelPrice { Input = 3, CachedInput = 1.5m, Output = 12 }), new("ft:gpt-4o:acme", new ModelPrice { Input = 4 }),
                new("llama3:8b", new ModelPrice { CacheWrite = 1, AudioMinute = 0.006m, Image = 0.04m }),
            ],
            ignoreOrder: true);
        options.Budgets.Select(static budget => (budget.Limit, budget.Then, budget.WarnPercent)).ShouldBe([("20 usd/day fixed", BudgetAction.Refuse, 80), ("500 usd/30 days", BudgetAction.Warn, 50)]);

        // The one that refuses is a limit, and dollars are counted in millionths.
        DefinitionCompiler.Service("a", service).Limits.Select(static limit => (limit.Name, limit.Unit, limit.Rule.Quota, limit.PartsPerUnit))
            .ShouldBe([("5/minute", "requests", 5, 1), ("budget 20 usd/day", "usd", 20_000_000, 1_000_000)]);
    }

    [Theory]
    [InlineData("5", ": '5' → a section with one of " + Keys)]
    [InlineData("{ \"Margn\": 1 }", ":Margn: unknown key → perhaps 'Margin'; known here are " + Keys)]
    [InlineData("{ \"Margin\": 0.9 }", ":Margin: '0.9' → a number from 1 to 5")]
    [InlineData("{ \"Margin\": \"1,2\" }", ":Margin: '1,2' → a number from 1 to 5")]
    [InlineData("{ \"Reserve\": \"All\" }", ":Reserve: 'All' → one of MaxTokens, Expected, Largest")]
    [InlineData("{ \"ExpectedOutput\": 0 }", ":ExpectedOutput: '0' → a whole number from 1 to 1_000_000")]
    [InlineData("{ \"AudioMinimum\": \"2 h\" }", ":AudioMinimum: '2 h' → a duration from 0 s to 1 h, such as '10 s'")]
    [InlineData("{ \"Prices\": { \"m\": { \"Input\": -1 } } }", ":Prices:m:Input: '-1' → " + Dollars)]
    [InlineData("{ \"Prices\": { \"m\": { \"Input\": 0.0000001 } } }", ":Prices:m:Input: '0.0000001' → " + Dollars)]
    [InlineData("{ \"Prices\": { \"m\": { \"Inputs\": 1 } } }", ":Prices:m:Inputs: unknown key → perhaps 'Input'; known here are Input, CachedInput, CacheWrite, Output, AudioMinute, Image")]
    [InlineData("{ \"Prices\": 5 }", ":Prices: '5' → a section of models and prices, such as { \"gpt-4o\": { \"Input\": 2.5, \"Output\": 10 } }")]
    [InlineData("{ \"PriceFile\": \"no/such/file.json\" }", ":PriceFile: 'no/such/file.json' → a file of prices: it cannot be read")]
    [InlineData("{ \"Budgets\": \"20 usd\" }", ":Budgets:0:Limit: '20 usd' → a limit such as '500/minute', '150000 tokens/minute' or '5 concurrent'")]
    [InlineData("{ \"Budgets\": \"20 eur/day\" }", ":Budgets:0:Limit: '20 eur/day' → " + Budget + ": of the whole service, in usd and a window")]
    [InlineData("{ \"Budgets\": \"20 usd/day per tenant\" }", ":Budgets:0:Limit: '20 usd/day per tenant' → " + Budget + ": of the whole service, in usd and a window")]
    [InlineData("{ \"Budgets\": [ { \"Limit\": \"20 usd/day pace even\", \"Then\": \"Warn\" } ] }", ":Budgets:0:Limit: '20 usd/day pace even' → no pace, which holds requests back, or Then Refuse")]
    [InlineData("{ \"Budgets\": [ \"20 usd/day\", \"20 usd/day fixed\" ] }", ":Budgets:1:Limit: '20 usd/day fixed' → one budget of this kind")]
    [InlineData("{ \"Budgets\": [ { \"Then\": \"Warn\" } ] }", ":Budgets:0: missing → " + Budget)]
    [InlineData("{ \"Budgets\": [ { \"Limit\": \"1 usd/day\", \"WarnPercent\": 0 } ] }", ":Budgets:0:WarnPercent: '0' → a whole number from 1 to 100")]
    public void What_is_wrong_is_said(string section, string sentence) => Faults(section).ShouldBe([$"RateLimiting:Services:a:AI{sentence}."]);

    [Fact]
    public void A_section_without_the_package_is_no_section() =>
        Configured.Faults(Configured.Service("""{ "Limits": "5/minute", "AI": { "Margin": 2 } }"""))
            .ShouldBe(["RateLimiting:Services:a:AI: a section → no section, or the package that reads it: RateLimited.Http.AI, with AddTokenCosts() behind AddServiceRateLimiting()."]);

    [Fact]
    public void In_code_it_is_the_same_and_comes_on_top_of_the_section()
    {
        using var container = Container("""{ "Limits": "5/minute", "AI": { "Margin": 1.5, "ExpectedOutput": 7 } }""", static builder => builder.AddTokenCosts(static tokens => tokens
            .Price("m", new ModelPrice { Input = 1 }).Budget("1 usd/day fixed", BudgetAction.Warn).Margin = 1.1m));

        var options = OptionsOf(container).Options;
        (options.Margin, options.ExpectedOutput, options.Prices.Count, options.Budgets.Count).ShouldBe((1.1m, 7, 1, 1));
    }

    [Fact]
    public void A_service_that_was_not_added_has_none()
    {
        using var container = Configured.Container(Configured.Json("""{ "RateLimiting": { "Services": { "a": { "Limits": "5/s" }, "b": { "Limits": "5/s" } } } }"""), static services =>
        {
            services.AddHttpClient("a").AddServiceRateLimiting().AddTokenCosts();
            services.AddHttpClient("b").AddServiceRateLimiting();
            services.AddServiceRateLimiting("shared", static service => service.Limit("5/s"));
            services.AddHttpClient("c").AddServiceRateLimiting("shared").AddTokenCosts();
        });

        container.GetRequiredKeyedService<ITokenCosts>("a").Service.ShouldBe("a");
        container.GetRequiredKeyedService<ITokenCosts>("shared").GetSpend().Total.ShouldBe(0);
        Should.Throw<InvalidOperationException>(() => container.GetRequiredKeyedService<ITokenCosts>("b")).Message.ShouldContain("'b'");
    }

    [Fact]
    public void A_price_file_is_read_and_one_that_is_wrong_is_refused()
    {
        var path = Path.GetTempFileName();
        try
        {
            File.WriteAllText(path, """{ "date": "2026-01-01", "models": { "m": { "input": 3 } } }""");
            Faults($$"""{ "PriceFile": {{System.Text.Json.JsonSerializer.Serialize(path)}} }""").ShouldBeEmpty();

            File.WriteAllText(path, "{");
            Faults($$"""{ "PriceFile": {{System.Text.Json.JsonSerializer.Serialize(path)}} }""").ShouldHaveSingleItem().ShouldEndWith("→ a file of prices: it is no JSON.");
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public async Task A_reload_changes_prices_and_keeps_what_was_learned_and_spent()
    {
        var source = new ReloadableSource(("Services:a:Limits", "5000 tokens/minute"), ("Services:a:AI:Prices:m:Input", "1000"), ("Services:a:AI:Budgets:0", "50 usd/day fixed"));
        using var container = Configured.Container(source.Root(), static services => services.AddHttpClient("a", static client => client.BaseAddress = new Uri("https://upstream.test/"))
            .AddServiceRateLimiting().AddTokenCosts().ConfigurePrimaryHttpMessageHandler(static () => new AnsweringUpstream { Json = """{"usage":{"prompt_tokens":1000,"completion_tokens":0}}""" }));
        var costs = container.GetRequiredKeyedService<ITokenCosts>("a");
        await SendAsync(container);
        costs.GetSpend().ShouldSatisfyAllConditions(static spend => spend.Total.ShouldBe(1), static spend => spend.Budgets[0].Spent.ShouldBe(1));

        source.Change(("Services:a:AI:Prices:m:Input", "2000"), ("Services:a:AI:Budgets:0", "60 usd/day fixed"));
        await SendAsync(container);

        costs.GetSpend().ShouldSatisfyAllConditions(static spend => spend.Total.ShouldBe(3), static spend => spend.Models[0].Requests.ShouldBe(2), static spend => spend.Budgets[0].Quota.ShouldBe(60));
    }

    private static async Task SendAsync(ServiceProvider container)
    {
        using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("a");
        using var content = new StringContent("""{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":10}""", System.Text.Encoding.UTF8, "application/json");
        (await client.PostAsync("/v1/chat/completions", content, TestContext.Current.CancellationToken)).Dispose();
    }

    private static IReadOnlyList<string> Faults(string section) =>
        Configured.Faults(Configured.Service($$"""{ "Limits": "5/minute", "AI": {{section}} }"""), static services => services.AddTokenCosts("a", static _ => { }));

    private static (TokenCostOptions Options, ServiceRateLimitingOptions Service) Read(string section)
    {
        using var container = Container($$"""{ "Limits": "5/minute", "AI": {{section}} }""", static builder => builder.AddTokenCosts());
        return OptionsOf(container);
    }

    private static ServiceProvider Container(string json, Action<IHttpClientBuilder> add) =>
        Configured.Container(Configured.Service(json), services => add(services.AddHttpClient("a").AddServiceRateLimiting()));

    private static (TokenCostOptions Options, ServiceRateLimitingOptions Service) OptionsOf(ServiceProvider container)
    {
        var service = container.GetRequiredService<IOptionsMonitor<ServiceRateLimitingOptions>>().Get("a");
        return (((TokenCostAddition)service.Additions.ShouldHaveSingleItem()).Options, service);
    }
}
