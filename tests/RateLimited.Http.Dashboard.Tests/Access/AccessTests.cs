using System.Net;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using RateLimited.Http.Dashboard.Tests.Hosting;

namespace RateLimited.Http.Dashboard.Tests.Access;

/// <summary>Nobody sees anything whom nobody let in.</summary>
public sealed class AccessTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/rate-limits")]
    [InlineData("/metrics")]
    public async Task The_host_does_not_start_while_nothing_decides_who_may_see(string path)
    {
        await using var program = WatchedProgram.Build();
        _ = path switch
        {
            "/metrics" => program.MapRateLimitMetrics(),
            _ => program.MapRateLimitDashboard(),
        };

        var refusal = await Should.ThrowAsync<InvalidOperationException>(program.StartAsync(Ended));

        refusal.Message.ShouldStartWith($"Nothing decides who may see {path}: add .RequireAuthorization()");
    }

    [Fact]
    public async Task A_decision_for_one_page_is_none_for_the_other()
    {
        await using var program = WatchedProgram.Build();
        program.MapRateLimitDashboard().RequireAuthorization();
        program.MapRateLimitMetrics("/numbers");

        (await Should.ThrowAsync<InvalidOperationException>(program.StartAsync(Ended))).Message.ShouldContain("/numbers");
    }

    [Fact]
    public async Task A_policy_and_a_knowing_allowance_are_decisions()
    {
        await using var program = WatchedProgram.Build();
        program.MapRateLimitDashboard().RequireAuthorization(static policy => policy.RequireAuthenticatedUser());
        program.MapRateLimitDashboard("/second").RequireAuthorization(new AuthorizeAttribute());
        program.MapRateLimitMetrics().AllowAnonymous();

        await program.StartAsync(Ended);

        using var client = new HttpClient { BaseAddress = new Uri(program.Urls.First()) };
        (await client.GetAsync(new Uri("/metrics", UriKind.Relative), Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await client.GetAsync(new Uri("/second", UriKind.Relative), Ended)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Without_what_it_reads_from_nothing_is_mapped()
    {
        await using var program = WebApplication.CreateSlimBuilder().Build();

        Should.Throw<InvalidOperationException>(() => program.MapRateLimitDashboard()).Message.ShouldContain("AddRateLimitDashboard()");
    }

    [Fact]
    public async Task Who_is_nobody_gets_nothing_on_any_route()
    {
        await using var program = await WatchedProgram.StartAsync();
        using var nobody = program.Visitor(isOperator: false);

        program.Routes.Count.ShouldBe(9);
        foreach (var route in program.Routes)
        {
            using var response = await nobody.GetAsync(new Uri(route, UriKind.Relative), Ended);
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, route);
            (await response.Content.ReadAsByteArrayAsync(Ended)).ShouldBeEmpty(route);
        }
    }

    [Theory]
    [InlineData("POST")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    public async Task Nothing_can_be_changed(string method)
    {
        await using var program = await WatchedProgram.StartAsync();
        using var somebody = program.Visitor(isOperator: true);

        foreach (var route in program.Routes)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(route, UriKind.Relative));
            using var response = await somebody.SendAsync(request, Ended);
            response.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed, route);
        }
    }
}
