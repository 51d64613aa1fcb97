using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tests.Configuration;

/// <summary>Costs in configuration: what is read, what is refused, what a request then costs.</summary>
public sealed class CostSectionTests
{
    private const string Amount = "a number from 0 to 10^12 with at most six digits behind the point as what a request costs";
    private const string OfRequests = "'header NAME', 'query NAME', 'body PATH' such as 'body model', or 'length' of the body in bytes";
    private const string OfResponses = "'header NAME', or 'body PATH' such as 'body usage.total'";
    private const string Nothing = "an Amount, or From, where requests tell it, or Settled, where responses do";

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public void All_of_it_is_read()
    {
        var options = Options("""
            {
              "Limits": [ "500/minute", "2000 premium/day", "9 points/s", "1 kilobytes/s" ],
              "Endpoints": { "GET /x": { "Costs": { "points": 0.25, "premium": "1_000.5" } } },
              "Costs": {
                "points": 2,
                "premium": { "From": "body model", "Amounts": { "gpt-4o": 5, "gpt-4o-mini": 0.5, "ft:gpt-4o:acme": 10, "*": 1 }, "Amount": 1, "Settled": "body usage.premium", "Finest": 0.01 },
                "kilobytes": { "From": "length", "Per": 1024 }
              }
            }
            """);

        options.Endpoints["GET /x"].Costs.ShouldBe([new("points", 0.25m), new("premium", 1000.5m)], ignoreOrder: true);
        options.Costs["points"].Amount.ShouldBe(2);
        options.Costs["kilobytes"].ShouldSatisfyAllConditions(static cost => cost.From.ShouldBe("length"), static cost => cost.Per.ShouldBe(1024));
        var premium = options.Costs["premium"];
        (premium.From, premium.Amount, premium.Settled, premium.Finest).ShouldBe(("body model", 1, "body usage.premium", 0.01m));
        premium.Amounts.ShouldBe([new("gpt-4o", 5), new("gpt-4o-mini", 0.5m), new("ft:gpt-4o:acme", 10), new("*", 1)], ignoreOrder: true);

        var limits = DefinitionCompiler.Service("a", options).Limits;
        limits.Select(static limit => (limit.Unit, limit.PartsPerUnit, limit.Rule.Quota)).ShouldBe([("requests", 1, 500), ("premium", 100, 200_000), ("points", 4, 36), ("kilobytes", 1, 1)]);
    }

    [Theory]
    [InlineData("5", "Costs: '5' → a section of units and costs, such as { \"points\": 5 } or { \"credits\": { \"From\": \"header x-credits\" } }")]
    [InlineData("{ \"points\": -1 }", "Costs:points: '-1' → " + Amount)]
    [InlineData("{ \"points\": \"1,5\" }", "Costs:points: '1,5' → " + Amount)]
    [InlineData("{ \"points\": 0.0000001 }", "Costs:points: '0.0000001' → " + Amount)]
    [InlineData("{ \"points\": 1000000000001 }", "Costs:points: '1000000000001' → " + Amount)]
    [InlineData("{ \"points\": \"1.\" }", "Costs:points: '1.' → " + Amount)]
    [InlineData("{ \"points\": \".5\" }", "Costs:points: '.5' → " + Amount)]
    [InlineData("{ \"points\": \"NaN\" }", "Costs:points: 'NaN' → " + Amount)]
    [InlineData("{ \"po ints\": 1 }", "Costs:po ints: 'po ints' → a unit of at most 64 letters, digits, '.', '_' and '-' that begins with a letter")]
    [InlineData("{ \"points\": { \"Amout\": 1, \"Amount\": 1 } }", "Costs:points:Amout: unknown key → perhaps 'Amount'; known here are Amount, From, Amounts, Per, Settled, Finest")]
    [InlineData("{ \"points\": { \"From\": \"header\" } }", "Costs:points:From: 'header' → " + OfRequests)]
    [InlineData("{ \"points\": { \"From\": \"header x:y\" } }", "Costs:points:From: 'header x:y' → the name of a header")]
    [InlineData("{ \"points\": { \"Settled\": \"query n\" } }", "Costs:points:Settled: 'query n' → " + OfResponses)]
    [InlineData("{ \"points\": { \"Settled\": \"length\" } }", "Costs:points:Settled: 'length' → " + OfResponses)]
    [InlineData("{ \"points\": { \"From\": \"length\", \"Per\": 0 } }", "Costs:points:Per: '0' → a whole number from 1 to 10^12")]
    [InlineData("{ \"points\": { \"From\": \"length\", \"Amounts\": { \"a\": 1 } } }", "Costs:points:Amounts: 1 names → no Amounts, or a From that tells a name, such as 'body model'")]
    [InlineData("{ \"points\": { \"Amounts\": { \"a\": 1 }, \"Amount\": 1 } }", "Costs:points:Amounts: 1 names → no Amounts, or a From that tells a name, such as 'body model'")]
    [InlineData("{ \"points\": { \"From\": \"body m\", \"Amounts\": { \"a\": -1 } } }", "Costs:points:Amounts:a: '-1' → " + Amount)]
    [InlineData("{ \"points\": { \"From\": \"body m\", \"Amounts\": 5 } }", "Costs:points:Amounts: '5' → a section of names and amounts, such as { \"gpt-4o\": 5, \"gpt-4o-mini\": 0.5 }")]
    [InlineData("{ \"points\": { \"Amount\": 1, \"Finest\": 0.03 } }", "Costs:points:Finest: 0.03 → a number from 0.000001 to 1, a power of ten such as 0.01")]
    [InlineData("{ \"points\": { \"Amount\": 1, \"Finest\": 2 } }", "Costs:points:Finest: '2' → a number from 0.000001 to 1, a power of ten such as 0.01")]
    [InlineData("{ \"points\": { \"Per\": 5 } }", "Costs:points: missing → " + Nothing)]
    [InlineData("{ \"points\": { \"Amount\": 0.000001 } }", "Costs:points: counted in 1/1000000 → costs with fewer digits behind the point, or no quota above 100000000000 of the unit")]
    public void What_is_wrong_is_said(string costs, string sentence) =>
        Configured.Faults(Configured.Service($$"""{ "Limits": [ "5/s", "1000000000000 points/s" ], "Costs": {{costs}} }""")).ShouldBe([$"RateLimiting:Services:a:{sentence}."]);

    [Fact]
    public void In_code_it_is_the_same()
    {
        var service = new ServiceRateLimitingOptions().Limit("10 points/s").Cost("points", 0.5m).Cost("points", static cost => cost.From = "header x-points")
            .Endpoint("GET /x", static endpoint => endpoint.Cost("points", 2));

        ServiceOptionsFaults.Of("a", service, []).Sentences().ShouldBeEmpty();
        DefinitionCompiler.Service("a", service).Limits[0].Rule.Quota.ShouldBe(20);
        ServiceOptionsFaults.Of("a", service.Cost("points", -1), []).Sentences().ShouldBe([$"RateLimiting:Services:a:Costs:points:Amount: -1 → {Amount}."]);
    }

    [Theory]
    [InlineData("/x", null, 2)]
    [InlineData("/y", null, 4)]
    [InlineData("/y", "7", 7)]
    [InlineData("/x", "7", 2)]
    public async Task The_endpoint_wins_over_the_service(string path, string? header, long used)
    {
        using var container = Container("""{ "Limits": "100 points/minute", "Costs": { "points": { "From": "header x-points", "Amount": 4 } }, "Endpoints": { "GET /x": { "Costs": { "points": 2 } } } }""");
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        if (header is not null)
        {
            request.Headers.Add("x-points", header);
        }

        using var response = await container.GetRequiredService<IHttpClientFactory>().CreateClient("a").SendAsync(request, Ended);

        Used(container).ShouldBe(used);
    }

    [Fact]
    public async Task An_amount_alone_is_what_every_request_costs_and_a_reload_changes_it()
    {
        var source = new ReloadableSource(("Services:a:Limits", "100 points/minute"), ("Services:a:Costs:points", "3"));
        using var container = Configured.Container(source.Root(), static services => services.AddHttpClient("a", static client => client.BaseAddress = new Uri("https://upstream.test/"))
            .AddServiceRateLimiting().ConfigurePrimaryHttpMessageHandler(static () => new StubUpstream()));
        using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("a");
        await client.GetAsync("/x", Ended);
        Used(container).ShouldBe(3);

        source.Change(("Services:a:Costs:points", "0.5"));
        await client.GetAsync("/x", Ended);
        Used(container).ShouldBe(4);
        await client.GetAsync("/x", Ended);
        Used(container).ShouldBe(4);
    }

    [Fact]
    public async Task The_containers_estimator_is_asked_and_one_in_the_options_before_it()
    {
        const string Section = """{ "Limits": "100 points/minute", "Costs": { "points": 3 }, "Endpoints": { "GET /x": { "Costs": { "points": 2 } } } }""";
        using var keyed = Container(Section, static services => services.AddKeyedSingleton<ICostEstimator>("a", new Fixed(11)));
        using var both = Container(Section, static services => services.AddKeyedSingleton<ICostEstimator>("a", new Fixed(11))
            .Configure<ServiceRateLimitingOptions>("a", static service => service.CostEstimator = new Fixed(12)));
        using var other = Container(Section, static services => services.AddKeyedSingleton<ICostEstimator>("b", new Fixed(13)));
        foreach (var (container, used) in (ValueTuple<ServiceProvider, long>[])[(keyed, 11), (both, 12), (other, 2)])
        {
            using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("a");
            await client.GetAsync("/x", Ended);
            Used(container).ShouldBe(used);
        }
    }

    [Fact]
    public void Limits_over_all_services_count_as_finely_as_the_finest_service()
    {
        using var container = Configured.Container(
            Configured.Json("""
                { "RateLimiting": { "Global": { "Limits": "10 points/minute" },
                  "Services": { "a": { "Limits": "5/s", "Costs": { "points": 0.5 } }, "b": { "Limits": "5/s", "Costs": { "points": 0.2 } } } } }
                """),
            static services => services.AddServiceRateLimiting("a").AddServiceRateLimiting("b"));
        var limiter = container.GetRequiredKeyedService<IServiceRateLimiter>("a");
        var tenth = new AdmissionRequest { Costs = [new("requests", 0), UnitCost.Of("points", 0.1m)] };

        for (var i = 0; i < 100; i++)
        {
            limiter.TryAcquire(tenth).IsAdmitted.ShouldBeTrue();
        }

        limiter.TryAcquire(tenth).IsAdmitted.ShouldBeFalse();
    }

    private static ServiceRateLimitingOptions Options(string json)
    {
        using var container = Configured.Container(Configured.Service(json), static services => services.AddServiceRateLimiting("a"));
        return container.GetRequiredService<IOptionsMonitor<ServiceRateLimitingOptions>>().Get("a");
    }

    private static ServiceProvider Container(string json, Action<IServiceCollection>? add = null) => Configured.Container(Configured.Service(json), services =>
    {
        services.AddHttpClient("a", static client => client.BaseAddress = new Uri("https://upstream.test/")).AddServiceRateLimiting().ConfigurePrimaryHttpMessageHandler(static () => new StubUpstream());
        add?.Invoke(services);
    });

    private static long Used(ServiceProvider container) => container.GetRequiredKeyedService<IServiceRateLimiter>("a").GetStatus().Limits[0].Used;

    private sealed class Fixed(long points) : ICostEstimator
    {
        public ValueTask<CostEstimate?> EstimateAsync(CostedRequest request, CancellationToken cancellationToken) =>
            ValueTask.FromResult<CostEstimate?>(new CostEstimate(new UnitCost("points", points)));
    }
}
