using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Dashboard.Tests.Hosting;

namespace RateLimited.Http.Dashboard.Tests.Traffic;

/// <summary>Who sees whose requests were refused.</summary>
public sealed class TrafficRouteTests
{
    private static readonly Uri Traffic = new("/rate-limits/api/traffic?name=API", UriKind.Relative);

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operator_sees_tenants_endpoints_and_refusals_with_markup_escaped()
    {
        await using var program = await WatchedProgram.StartAsync();
        using var somebody = program.Visitor(isOperator: true);
        (await program.SendAsync(200, WatchedProgram.Hostile)).ShouldBe(HttpStatusCode.OK);
        program.Refuse(WatchedProgram.Hostile);

        var text = await somebody.GetStringAsync(Traffic, Ended);

        text.ShouldNotContain("<");
        var reading = JsonDocument.Parse(text).RootElement;
        reading.GetProperty("service").GetString().ShouldBe("api");
        var tenant = reading.GetProperty("tenants").GetProperty("top").EnumerateArray().ShouldHaveSingleItem();
        (tenant.GetProperty("name").GetString(), tenant.GetProperty("admitted").GetInt64(), tenant.GetProperty("refused").GetInt64(), tenant.GetProperty("share").GetDouble()).ShouldBe((WatchedProgram.Hostile, 1, 1, 1));
        reading.GetProperty("endpoints").GetProperty("top").EnumerateArray().Select(static each => each.GetProperty("name").GetString()).ShouldBe([null, WatchedProgram.Hostile], ignoreOrder: true);
        var refusal = reading.GetProperty("refusals").EnumerateArray().ShouldHaveSingleItem();
        (refusal.GetProperty("reason").GetString(), refusal.GetProperty("tenant").GetString(), refusal.GetProperty("endpoint").GetString()).ShouldBe(("cost_exceeds_quota", WatchedProgram.Hostile, WatchedProgram.Hostile));
    }

    [Fact]
    public async Task Where_everybody_sees_the_page_nobody_sees_a_tenants_name()
    {
        await using var program = WatchedProgram.Build(static services => services.AddSingleton<IFleetBook>(new KnownFleet { Status = KnownFleet.Of("api") }));
        program.MapRateLimitDashboard().AllowAnonymous();
        await program.StartAsync(Ended);
        using var client = new HttpClient { BaseAddress = new Uri(program.Urls.First()) };
        var limiter = program.Services.GetRequiredKeyedService<IServiceRateLimiter>("api");
        limiter.TryAcquire(new AdmissionRequest { Tenant = "acme" }).Lease!.Dispose();
        WatchedProgram.Refuse(program.Services, "acme", endpoint: null);

        var text = await client.GetStringAsync(Traffic, Ended);

        text.ShouldNotContain("acme");
        var reading = JsonDocument.Parse(text).RootElement;
        var alias = reading.GetProperty("tenants").GetProperty("top").EnumerateArray().ShouldHaveSingleItem().GetProperty("name").GetString().ShouldNotBeNull();
        alias.ShouldStartWith("#");
        reading.GetProperty("refusals").EnumerateArray().ShouldHaveSingleItem().GetProperty("tenant").GetString().ShouldBe(alias);
        var fleet = reading.GetProperty("fleet");
        fleet.GetProperty("tenants").GetProperty("top")[0].GetProperty("name").GetString().ShouldNotBeNull().ShouldStartWith("#");
        fleet.GetProperty("refusals")[0].GetProperty("tenant").GetString().ShouldNotBeNull().ShouldStartWith("#");
    }

    [Fact]
    public async Task A_service_that_is_not_configured_is_not_found()
    {
        await using var program = await WatchedProgram.StartAsync();
        using var somebody = program.Visitor(isOperator: true);

        (await somebody.GetAsync(new Uri("/rate-limits/api/traffic?name=nobody", UriKind.Relative), Ended)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
    }
}
