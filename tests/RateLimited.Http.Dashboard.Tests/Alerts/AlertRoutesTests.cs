using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Dashboard.Tests.Hosting;

namespace RateLimited.Http.Dashboard.Tests.Alerts;

/// <summary>Who sees alerts, and who may say that he knows of them.</summary>
public sealed class AlertRoutesTests : IAsyncLifetime
{
    private static readonly Uri Alerts = new("/rate-limits/api/alerts", UriKind.Relative);
    private static readonly Uri Token = new("/rate-limits/api/alerts/token", UriKind.Relative);

    private WatchedProgram _program = null!;
    private Alert _alert = null!;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _program = await AlertingProgram.StartAsync();
        _alert = await _program.AlertAsync();
    }

    public async ValueTask DisposeAsync() => await _program.DisposeAsync();

    [Fact]
    public async Task An_operator_sees_them_with_markup_escaped()
    {
        using var somebody = _program.Visitor(isOperator: true);

        var text = await somebody.GetStringAsync(Alerts, Ended);

        text.ShouldNotContain("<");
        var reading = JsonDocument.Parse(text).RootElement;
        reading.GetProperty("mayAcknowledge").GetBoolean().ShouldBeTrue();
        var alert = reading.GetProperty("open").EnumerateArray().ShouldHaveSingleItem();
        (alert.GetProperty("id").GetString(), alert.GetProperty("severity").GetString(), alert.GetProperty("subject").GetString()).ShouldBe((_alert.Id, "Warning", WatchedProgram.Hostile));
        reading.GetProperty("past").GetArrayLength().ShouldBe(0);
        JsonDocument.Parse(await somebody.GetStringAsync(new Uri("/rate-limits/api/services", UriKind.Relative), Ended)).RootElement.GetProperty("openAlerts").GetInt32().ShouldBeInRange(0, 1, "a reading serves for a second");
    }

    [Fact]
    public async Task Acknowledging_takes_the_token_and_its_cookie_and_says_who()
    {
        using var somebody = _program.Visitor(isOperator: true);

        (await PostAsync(somebody, _alert.Id, header: null, token: null)).ShouldBe(HttpStatusCode.BadRequest);
        var (header, token) = await TokenAsync(somebody);
        (await PostAsync(somebody, _alert.Id, header, "forged")).ShouldBe(HttpStatusCode.BadRequest);
        using (var another = _program.Visitor(isOperator: true))
        {
            (await PostAsync(another, _alert.Id, header, token)).ShouldBe(HttpStatusCode.BadRequest, "without the cookie");
        }

        Known().ShouldBe((null, null));
        (await PostAsync(somebody, "nobody's", header, token)).ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(somebody, _alert.Id, header, token)).ShouldBe(HttpStatusCode.NoContent);

        (Known().By, Known().At is not null).ShouldBe(("op", true));
    }

    [Fact]
    public async Task Of_an_alert_that_another_process_may_have_all_are_told_whoever_serves_the_page()
    {
        var fleet = new KnownFleet { Status = KnownFleet.Of("api") };
        await using var program = await WatchedProgram.StartAsync(services => services.AddSingleton<IFleetBook>(fleet));
        using var somebody = program.Visitor(isOperator: true);
        using var nobody = program.Visitor(isOperator: false);
        JsonDocument.Parse(await somebody.GetStringAsync(Alerts, Ended)).RootElement.GetProperty("open").GetArrayLength().ShouldBe(0);
        var (header, token) = await TokenAsync(somebody);

        (await PostAsync(somebody, "x&y=</script>", header, token, "api")).ShouldBe(HttpStatusCode.Accepted);
        (await PostAsync(somebody, "x", header, token: "forged", "api")).ShouldBe(HttpStatusCode.BadRequest);
        (await PostAsync(nobody, "x", header, token, "api")).ShouldBe(HttpStatusCode.Unauthorized);
        (await PostAsync(somebody, "x", header, token, "nobody's")).ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(somebody, "x", header, token)).ShouldBe(HttpStatusCode.NotFound);
        (await PostAsync(somebody, string.Empty, header, token, "api")).ShouldBe(HttpStatusCode.NotFound);
        fleet.IsReachable = false;
        (await PostAsync(somebody, "x", header, token, "api")).ShouldBe(HttpStatusCode.ServiceUnavailable);

        fleet.Acknowledged.ShouldBe([("x&y=</script>", "op")]);
    }

    [Fact]
    public async Task Nobody_sees_or_changes_anything()
    {
        using var somebody = _program.Visitor(isOperator: true);
        using var nobody = _program.Visitor(isOperator: false);
        var (header, token) = await TokenAsync(somebody);

        foreach (var route in _program.Routes)
        {
            using var response = await nobody.GetAsync(new Uri(route, UriKind.Relative), Ended);
            response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized, route);
            (await response.Content.ReadAsByteArrayAsync(Ended)).ShouldBeEmpty(route);
        }

        (await PostAsync(nobody, _alert.Id, header, token)).ShouldBe(HttpStatusCode.Unauthorized);
        Known().ShouldBe((null, null));
    }

    [Theory]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("PATCH")]
    public async Task Nothing_else_can_be_changed(string method)
    {
        using var somebody = _program.Visitor(isOperator: true);
        foreach (var route in _program.Routes)
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(route, UriKind.Relative));
            using var response = await somebody.SendAsync(request, Ended);
            response.StatusCode.ShouldBe(HttpStatusCode.MethodNotAllowed, route);
        }
    }

    [Fact]
    public async Task Where_everybody_sees_the_page_nobody_acknowledges_who_is_not_known()
    {
        await using var program = WatchedProgram.Build(static services => services.AddRateLimitAlerts());
        program.MapRateLimitDashboard().AllowAnonymous();
        await program.StartAsync(Ended);
        using var client = new HttpClient { BaseAddress = new Uri(program.Urls.First()) };

        JsonDocument.Parse(await client.GetStringAsync(Alerts, Ended)).RootElement.GetProperty("mayAcknowledge").GetBoolean().ShouldBeFalse();
        (await client.GetAsync(Token, Ended)).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        (await PostAsync(client, "any", header: null, token: null)).ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Without_alerts_their_routes_are_not_there()
    {
        await using var program = await WatchedProgram.StartAsync();
        using var somebody = program.Visitor(isOperator: true);

        (await somebody.GetAsync(Alerts, Ended)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        JsonDocument.Parse(await somebody.GetStringAsync(new Uri("/rate-limits/api/services", UriKind.Relative), Ended)).RootElement.GetProperty("openAlerts").ValueKind.ShouldBe(JsonValueKind.Null);
    }

    private (string? By, DateTimeOffset? At) Known()
    {
        var alert = _program.Services.GetRequiredService<IAlertBook>().Open.Single(alert => alert.Id == _alert.Id);
        return (alert.AcknowledgedBy, alert.AcknowledgedAt);
    }

    private static async Task<(string Header, string Token)> TokenAsync(HttpClient client)
    {
        var reading = JsonDocument.Parse(await client.GetStringAsync(Token, Ended)).RootElement;
        return (reading.GetProperty("header").GetString()!, reading.GetProperty("token").GetString()!);
    }

    private static async Task<HttpStatusCode> PostAsync(HttpClient client, string id, string? header, string? token, string? service = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{Alerts}?id={Uri.EscapeDataString(id)}{(service is null ? string.Empty : $"&service={Uri.EscapeDataString(service)}")}", UriKind.Relative));
        if (header is not null)
        {
            request.Headers.Add(header, token);
        }

        using var response = await client.SendAsync(request, Ended);
        return response.StatusCode;
    }
}
