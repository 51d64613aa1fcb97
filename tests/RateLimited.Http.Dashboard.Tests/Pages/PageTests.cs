using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Dashboard.Tests.Hosting;

namespace RateLimited.Http.Dashboard.Tests.Pages;

/// <summary>What the routes answer to somebody who may see them.</summary>
public sealed class PageTests : IAsyncLifetime
{
    private WatchedProgram _program = null!;
    private HttpClient _operator = null!;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _program = await WatchedProgram.StartAsync();
        _operator = _program.Visitor(isOperator: true);
    }

    public async ValueTask DisposeAsync()
    {
        _operator.Dispose();
        await _program.DisposeAsync();
    }

    [Theory]
    [InlineData("/rate-limits", "text/html")]
    [InlineData("/rate-limits/", "text/html")]
    [InlineData("/rate-limits/assets/dashboard.css", "text/css")]
    [InlineData("/rate-limits/assets/dashboard.js", "text/javascript")]
    [InlineData("/rate-limits/api/services", "application/json")]
    [InlineData("/rate-limits/api/history?name=API", "application/json")]
    public async Task Every_answer_is_what_it_says_and_loads_and_runs_nothing_of_others(string route, string type)
    {
        using var response = await _operator.GetAsync(new Uri(route, UriKind.Relative), Ended);

        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        response.Content.Headers.ContentType!.MediaType.ShouldBe(type);
        var policy = response.Headers.GetValues("Content-Security-Policy").Single();
        policy.ShouldStartWith("default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self';");
        policy.ShouldNotContain("unsafe");
        policy.ShouldContain("frame-ancestors 'none'");
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        response.Headers.CacheControl!.NoStore.ShouldBeTrue();
    }

    [Fact]
    public async Task The_page_has_neither_inline_script_nor_style_and_its_links_stand_below_its_own_path()
    {
        var page = await _operator.GetStringAsync(new Uri("/rate-limits/", UriKind.Relative), Ended);

        page.ShouldContain("<script src=\"/rate-limits/assets/dashboard.js\" defer></script>");
        page.ShouldContain("href=\"/rate-limits/assets/dashboard.css\"");
        page.ShouldNotContain("{root}");
        page.ShouldNotContain("://");
        page.ShouldNotContain("style=");
        page.ShouldNotContain("onclick");
    }

    [Fact]
    public async Task A_service_tells_its_limits_its_keys_by_name_and_what_was_counted()
    {
        (await _program.SendAsync(200)).ShouldBe(HttpStatusCode.OK);
        (await _program.SendAsync(429)).ShouldBe(HttpStatusCode.TooManyRequests);

        var api = await JsonAsync("/rate-limits/api/service?name=api", static service => service.GetProperty("unexpected429").GetInt64() > 0);
        api.GetProperty("health").GetString().ShouldBe("Healthy");
        api.GetProperty("circuit").GetString().ShouldBe("closed");
        api.GetProperty("unexpected429").GetInt64().ShouldBe(1);
        api.GetProperty("attempts").GetProperty("success").GetInt64().ShouldBe(1);
        api.GetProperty("attempts").GetProperty("limited").GetInt64().ShouldBe(1);
        var limit = api.GetProperty("limits").EnumerateArray().First();
        (limit.GetProperty("name").GetString(), limit.GetProperty("quota").GetInt64(), limit.GetProperty("used").GetInt64()).ShouldBe((WatchedProgram.Hostile, 1000, 2));

        var keyed = await JsonAsync("/rate-limits/api/service?name=keyed", static _ => true);
        var key = keyed.GetProperty("keys").EnumerateArray().Single();
        (key.GetProperty("name").GetString(), key.GetProperty("state").GetString()).ShouldBe(("first", "active"));
    }

    [Theory]
    [InlineData("/rate-limits/api/service?name=nobody")]
    [InlineData("/rate-limits/api/history")]
    [InlineData("/rate-limits/assets/dashboard.html")]
    [InlineData("/rate-limits/assets/..%2f..%2fappsettings.json")]
    public async Task What_is_not_there_is_not_found(string route)
    {
        using var response = await _operator.GetAsync(new Uri(route, UriKind.Relative), Ended);

        response.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await response.Content.ReadAsStringAsync(Ended)).ShouldBeEmpty();
    }

    [Fact]
    public async Task No_answer_has_a_key_in_it()
    {
        foreach (var route in _program.Routes.Where(static route => !route.EndsWith("/events", StringComparison.Ordinal)))
        {
            (await _operator.GetStringAsync(new Uri(route, UriKind.Relative), Ended)).ShouldNotContain(WatchedProgram.Secret, Case.Sensitive, route);
        }
    }

    [Fact]
    public async Task Markup_in_a_name_leaves_the_JSON_escaped()
    {
        var text = await _operator.GetStringAsync(new Uri("/rate-limits/api/services", UriKind.Relative), Ended);

        text.ShouldNotContain("<");
        text.ShouldContain("\\u003Cimg");
    }

    [Fact]
    public async Task Events_tell_of_what_changes()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/rate-limits/api/events");
        using var response = await _operator.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Ended);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        using var events = new StreamReader(await response.Content.ReadAsStreamAsync(Ended));

        UsedIn(await NextAsync(events)).ShouldBe(0);
        await _program.SendAsync(200);
        long used;
        do
        {
            used = UsedIn(await NextAsync(events));
        }
        while (used == 0);

        used.ShouldBe(1);
    }

    [Fact]
    public async Task Health_checks_judge_by_the_same()
    {
        using var client = _program.Visitor(isOperator: false);
        (await client.GetStringAsync(new Uri("/health", UriKind.Relative), Ended)).ShouldBe("Healthy");

        _program.Services.GetRequiredKeyedService<IServiceCircuit>("api").Isolate();

        using var response = await client.GetAsync(new Uri("/health", UriKind.Relative), Ended);
        response.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        var api = await JsonAsync("/rate-limits/api/service?name=api", static service => service.GetProperty("health").ValueEquals("Unhealthy"));
        api.GetProperty("why").GetString().ShouldBe("The circuit was opened by hand.");
    }

    private static long UsedIn(JsonElement reading) =>
        reading.GetProperty("services").EnumerateArray().Single(static service => service.GetProperty("name").ValueEquals("api")).GetProperty("limits")[0].GetProperty("used").GetInt64();

    private static async Task<JsonElement> NextAsync(StreamReader events)
    {
        string? line;
        do
        {
            line = await events.ReadLineAsync(Ended);
        }
        while (line is { Length: 0 });

        line.ShouldNotBeNull().ShouldStartWith("data: ");
        return JsonDocument.Parse(line["data: ".Length..]).RootElement.Clone();
    }

    /// <summary>What a route answers when it has come about: a reading serves for a second.</summary>
    private async Task<JsonElement> JsonAsync(string route, Func<JsonElement, bool> hasComeAbout)
    {
        for (var began = TimeProvider.System.GetTimestamp(); ;)
        {
            using var json = JsonDocument.Parse(await _operator.GetStringAsync(new Uri(route, UriKind.Relative), Ended));
            if (hasComeAbout(json.RootElement))
            {
                return json.RootElement.Clone();
            }

            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(60), json.RootElement.ToString());
        }
    }
}
