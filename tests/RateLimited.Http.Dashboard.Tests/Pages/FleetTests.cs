using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Dashboard.Tests.Alerts;
using RateLimited.Http.Dashboard.Tests.Hosting;
using RateLimited.Http.Redis.Tests.Servers;

namespace RateLimited.Http.Dashboard.Tests.Pages;

/// <summary>Two hosts that share a service's limits in a real Redis, and what an operator sees at one of them.</summary>
public sealed class FleetTests : IDisposable
{
    private readonly RedisServer _server = new();

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_operator_sees_whose_the_requests_of_all_processes_were()
    {
        await using var one = await SharingProgram.StartAsync(_server.Address);
        await using var other = await SharingProgram.StartAsync(_server.Address);
        one.Refuse("acme");
        other.Refuse("acme");
        other.Refuse(WatchedProgram.Hostile);
        await other.SayAsync();
        using var somebody = one.Visitor(isOperator: true);
        (await somebody.GetAsync(new Uri("/rate-limits/api/services", UriKind.Relative), Ended)).EnsureSuccessStatusCode();

        await one.SayAsync();

        var text = await somebody.GetStringAsync(new Uri("/rate-limits/api/traffic?name=api", UriKind.Relative), Ended);
        text.ShouldNotContain("<");
        var reading = JsonDocument.Parse(text).RootElement;
        reading.GetProperty("tenants").GetProperty("top").GetArrayLength().ShouldBe(1);
        var fleet = reading.GetProperty("fleet");
        (fleet.GetProperty("processes").GetInt32(), fleet.GetProperty("tenants").GetProperty("missed").GetInt64(), fleet.GetProperty("refusals").GetArrayLength()).ShouldBe((2, 0, 3));
        fleet.GetProperty("tenants").GetProperty("top").EnumerateArray().Select(static share => (share.GetProperty("name").GetString(), share.GetProperty("refused").GetInt64())).ShouldBe([("acme", 2), (WatchedProgram.Hostile, 1)]);
    }

    [Fact]
    public async Task An_operator_acknowledges_at_one_process_what_another_has()
    {
        await using var one = await SharingProgram.StartAsync(_server.Address);
        await using var other = await SharingProgram.StartAsync(_server.Address, static services => services.AddRateLimitAlerts(static alerts => alerts.Interval = TimeSpan.FromSeconds(1)));
        var alert = await other.AlertAsync(429);
        using var somebody = one.Visitor(isOperator: true);
        using var token = JsonDocument.Parse(await somebody.GetStringAsync(new Uri("/rate-limits/api/alerts/token", UriKind.Relative), Ended));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/rate-limits/api/alerts?id={alert.Id}&service=api");
        request.Headers.Add(token.RootElement.GetProperty("header").GetString()!, token.RootElement.GetProperty("token").GetString());

        (await somebody.SendAsync(request, Ended)).StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await other.SayAsync();
        await one.SayAsync();

        other.Services.GetRequiredService<IAlertBook>().Open.ShouldHaveSingleItem().AcknowledgedBy.ShouldBe("op");
        one.Services.GetRequiredService<IFleetBook>().Of("api")!.Alerts.ShouldHaveSingleItem().AcknowledgedBy.ShouldBe("op");
    }

    public void Dispose() => _server.Dispose();
}
