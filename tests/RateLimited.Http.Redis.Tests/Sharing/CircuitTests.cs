using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Configuration;
using RateLimited.Http.Redis.Tests.Servers;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>One circuit for all processes of a service: what one finds out of the upstream spares the others, and one of them finds out that it is well again.</summary>
public sealed class CircuitTests(RedisServer server) : IClassFixture<RedisServer>
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_opens_one_processs_circuit_opens_the_others_with_their_next_question_and_what_closes_it_closes_them()
    {
        var (isDown, calls) = (true, 0);
        await using var upstream = await StartAsync(context =>
        {
            Interlocked.Increment(ref calls);
            context.Response.StatusCode = Volatile.Read(ref isDown) ? 503 : 200;
            return Task.CompletedTask;
        });
        using var fleet = new Fleet(server.Address, Shared, redis: null, new Uri(upstream.Urls.First()));
        var (first, second) = (fleet.StartHost(), fleet.StartHost());
        await CallAsync(first);
        await CallAsync(first);
        CircuitOf(first).State.ShouldBe(CircuitState.Open);

        // It is through the circuit when it asks, and is the last.
        await Eventually.HoldsAsync(
            async () =>
            {
                await CallAsync(second);
                return CircuitOf(second).State == CircuitState.Open;
            },
            "the second hears of it");
        var before = calls;
        await Should.ThrowAsync<CircuitOpenException>(() => ClientOf(second).GetAsync(new Uri("/", UriKind.Relative), Ended));
        await Should.ThrowAsync<CircuitOpenException>(() => ClientOf(first).GetAsync(new Uri("/", UriKind.Relative), Ended));
        calls.ShouldBe(before);

        Volatile.Write(ref isDown, value: false);
        await Eventually.HoldsAsync(
            async () =>
            {
                await CallAsync(first);
                return CircuitOf(first).State == CircuitState.Closed;
            },
            "the break ends and a probe succeeds");
        await Eventually.Holds(() => CircuitOf(second).State == CircuitState.Closed, "the other hears of it without asking");
    }

    [Fact]
    public async Task Of_all_processes_one_probes()
    {
        using var fleet = new Fleet(server.Address, static service => service.Limit("1000/h"));
        var processes = Enumerable.Range(0, 4).Select(_ => new Told((ServiceLimiter)fleet.Start())).ToArray();
        processes[0].Circuit.TellOpened(TimeSpan.FromMinutes(1).Ticks);
        foreach (var process in processes[1..])
        {
            await Eventually.HoldsAsync(
                async () =>
                {
                    (await process.Limiter.AcquireAsync(cancellationToken: Ended)).Dispose();
                    return process.News.Contains("opened");
                },
                "it hears with a question");
        }

        var asked = processes.Select(static process => process.Circuit.TryClaim(TimeSpan.FromMinutes(2).Ticks)).ToArray();
        asked.ShouldAllBe(static isAsked => isAsked);
        await Eventually.Holds(() => processes.All(static process => process.News.Any(static news => news.StartsWith("claimed", StringComparison.Ordinal))), "all are answered");

        var one = processes.Where(static process => process.News.Contains("claimed True")).ShouldHaveSingleItem();
        one.Circuit.TellClosed();
        await Eventually.Holds(() => processes.Where(process => process != one).All(static process => process.News.Contains("closed")), "the others hear of the end");
        one.News.ShouldNotContain("closed");
    }

    [Fact]
    public async Task Who_cannot_ask_decides_alone_and_is_held_by_nobody()
    {
        using var down = new RedisServer();
        down.Kill();
        using var fleet = new Fleet(down.Address, static service => service.Limit("1000/h"), static redis => redis.Timeout = TimeSpan.FromMilliseconds(300));
        var process = new Told((ServiceLimiter)fleet.Start());

        var isAsked = process.Circuit.TryClaim(TimeSpan.TicksPerMinute);
        await Eventually.Holds(() => !isAsked || process.News.Contains("claimed True"), "nobody answers, and it may");
        await Eventually.Holds(() => !process.Circuit.TryClaim(TimeSpan.TicksPerMinute), "then nobody is asked");
    }

    private static void Shared(ServiceRateLimitingOptions service)
    {
        service.Limit("1000/h");
        service.FaultThrottle = false;
        service.Resilience.Retry.MaxRetries = 0;
        (service.Resilience.Breaker.Shared, service.Resilience.Breaker.ConsecutiveFailures, service.Resilience.Breaker.Break) = (true, 2, TimeSpan.FromSeconds(1));
    }

    private static IServiceCircuit CircuitOf(ServiceProvider process) => process.GetRequiredKeyedService<IServiceCircuit>(Fleet.Api);

    private static HttpClient ClientOf(ServiceProvider process) => process.GetRequiredService<IHttpClientFactory>().CreateClient(Fleet.Api);

    private static async Task CallAsync(ServiceProvider process)
    {
        try
        {
            using var response = await ClientOf(process).GetAsync(new Uri("/", UriKind.Relative), Ended);
            response.StatusCode.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable);
        }
        catch (CircuitOpenException)
        {
            // Refused before the line.
        }
    }

    private static async Task<WebApplication> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var upstream = builder.Build();
        upstream.Run(answer);
        await upstream.StartAsync(Ended);
        return upstream;
    }

    /// <summary>What a process hears of the others' circuits.</summary>
    private sealed class Told
    {
        public Told(ServiceLimiter limiter)
        {
            Limiter = limiter;
            Circuit = limiter.Bound.Shared!;
            Circuit.AttachCircuit(_ => News.Enqueue("opened"), () => News.Enqueue("closed"), isGranted => News.Enqueue($"claimed {isGranted}"));
            Circuit.ShareCircuit(isShared: true);
        }

        public ServiceLimiter Limiter { get; }

        public SharedService Circuit { get; }

        public ConcurrentQueue<string> News { get; } = new();
    }
}
