using System.Net;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tests.Configuration.Presets;

/// <summary>A client with a preset, whole.</summary>
public class PresetClientTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Searches_are_counted_apart_from_everything_else()
    {
        using var container = Container("""{ "Preset": "github", "Queue": { "Timeout": "0 s" }, "Rejection": "Response" }""");
        using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("a");

        (await Sent(client, HttpMethod.Get, "/search/issues?q=x", 40)).ShouldBe(30);
        (await Sent(client, HttpMethod.Get, "/search/code?q=x", 20)).ShouldBe(10);
        (await Sent(client, HttpMethod.Get, "/repos/o/r", 100)).ShouldBe(100);

        Used(container, "core").ShouldBe(100);
        Used(container, "900 points/minute").ShouldBe(100);
    }

    [Fact]
    public async Task Writes_cost_five_points_and_content_is_counted_besides()
    {
        using var container = Container("""{ "Preset": "github", "Queue": { "Timeout": "0 s" }, "Rejection": "Response" }""");
        using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("a");

        (await Sent(client, HttpMethod.Post, "/repos/o/r/issues", 100)).ShouldBe(80);
        (await Sent(client, HttpMethod.Put, "/repos/o/r/topics", 200)).ShouldBe(100);

        Used(container, "900 points/minute").ShouldBe(900);
    }

    [Fact]
    public async Task A_request_may_say_what_it_costs()
    {
        using var container = Container("""{ "Limits": "10 units/hour", "Endpoints": { "GET /*": { "Costs": { "units": 3 } } }, "Queue": { "Timeout": "0 s" }, "Rejection": "Response" }""");
        using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("a");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/x").WithCost("units", 4);

        (await client.SendAsync(request, Cancellation)).StatusCode.ShouldBe(HttpStatusCode.OK);

        (await Sent(client, HttpMethod.Get, "/x", 5)).ShouldBe(2);
    }

    [Fact]
    public async Task A_service_whose_limits_are_reported_may_begin()
    {
        using var container = Container("""{ "Preset": "openai", "Queue": { "Timeout": "0 s" } }""");
        using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("a");

        (await Sent(client, HttpMethod.Get, "/v1/models", 1)).ShouldBe(1);
    }

    [Fact]
    public void Limiters_of_the_framework_know_the_costs_too()
    {
        var limiter = RateLimiters.Create("gh", static service => service.UsePreset("github"));
        using var http = limiter.AsHttpRateLimiter();
        using var request = new HttpRequestMessage(HttpMethod.Put, "https://api.github.com/repos/o/r/topics");

        http.AttemptAcquire(request).Dispose();

        limiter.GetStatus().Limits.Single(static limit => limit.Unit == "points").Used.ShouldBe(5);
    }

    private static async Task<int> Sent(HttpClient client, HttpMethod method, string path, int count)
    {
        var sent = 0;
        for (var i = 0; i < count; i++)
        {
            using var request = new HttpRequestMessage(method, path);
            using var response = await client.SendAsync(request, Cancellation);
            sent += response.StatusCode == HttpStatusCode.OK ? 1 : 0;
        }

        return sent;
    }

    private static long Used(ServiceProvider container, string limit) =>
        container.GetRequiredKeyedService<IServiceRateLimiter>("a").GetStatus().Limits.Single(status => status.Name == limit).Used;

    private static ServiceProvider Container(string json) => Configured.Container(Configured.Service(json), static services =>
    {
        // Windows that begin with the first request must not end within the test.
        services.AddSingleton<TimeProvider>(new Testing.ManualTimeProvider());
        services.AddHttpClient("a", static client => client.BaseAddress = new Uri("https://api.github.com")).AddServiceRateLimiting()
            .ConfigurePrimaryHttpMessageHandler(static () => new StubUpstream());
    });
}
