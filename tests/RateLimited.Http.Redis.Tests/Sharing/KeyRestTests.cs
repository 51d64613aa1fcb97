using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RateLimited.Http.Redis.Tests.Servers;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>What one process is told of an API key spares the others: an upstream says it once, over real HTTP.</summary>
public sealed class KeyRestTests(RedisServer server) : IClassFixture<RedisServer>
{
    private const string Bad = "sk-that-is-refused";
    private const string Good = "sk-that-is-accepted";
    private const int MostCalls = 200;

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(429, "", "600", KeyState.RateLimited)]
    [InlineData(429, """{"error":{"code":"insufficient_quota","type":"insufficient_quota"}}""", null, KeyState.Exhausted)]
    [InlineData(401, "", null, KeyState.Error)]
    public async Task What_one_process_is_told_of_a_key_spares_the_others(int status, string body, string? retryAfter, KeyState state)
    {
        var refusals = 0;
        await using var upstream = await StartAsync(async context =>
        {
            if (context.Request.Headers.Authorization == $"Bearer {Bad}")
            {
                Interlocked.Increment(ref refusals);
                (context.Response.StatusCode, context.Response.Headers.RetryAfter, context.Response.ContentType) = (status, retryAfter, "application/json");
                await context.Response.WriteAsync(body, Ended);
            }
        });
        using var fleet = new Fleet(
            server.Address,
            static service => service.Limit("1000/h").Limit("900/h per key").UseDialect("openai").Keys.Add("bad", Bad).Add("good", Good),
            static redis => redis.Secret = "a secret of this fleet",
            new Uri(upstream.Urls.First()));
        var (first, second, third) = (fleet.StartHost(), fleet.StartHost(), fleet.StartHost());

        // Whichever of them goes with it first is the one.
        await CallAsync(ClientOf(second), count: 1);
        await CallAsync(ClientOf(third), count: 1);
        for (var i = 0; i < MostCalls && refusals == 0; i++)
        {
            await CallAsync(ClientOf(first), count: 1);
        }

        var before = refusals;
        await CallAsync(ClientOf(first), count: 10);
        await CallAsync(ClientOf(second), count: 20);
        await CallAsync(ClientOf(third), count: 20);

        before.ShouldBe(1);
        refusals.ShouldBe(before);
        foreach (var process in new[] { first, second, third })
        {
            var keys = process.GetRequiredKeyedService<IServiceRateLimiter>(Fleet.Api).GetStatus().Keys;
            keys.Select(static key => (key.Name, key.State)).ShouldBe([("bad", state), ("good", KeyState.Active)]);
        }
    }

    private static HttpClient ClientOf(ServiceProvider process) => process.GetRequiredService<IHttpClientFactory>().CreateClient(Fleet.Api);

    /// <summary>Calls, each of which succeeds: one that is refused with a key goes again with the other.</summary>
    private static async Task CallAsync(HttpClient client, int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var response = await client.GetAsync(new Uri("/", UriKind.Relative), Ended);
            ((int)response.StatusCode).ShouldBe(200);
        }
    }

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync(Ended);
        return app;
    }
}
