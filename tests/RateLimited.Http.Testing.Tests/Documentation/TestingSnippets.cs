#pragma warning disable xUnit1051 // The documentation shows what a program writes, and that has no test to be cancelled with.
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Faults;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;

namespace RateLimited.Http.Testing.Tests.Documentation;

/// <summary>The code of docs/testing.md, as it stands there, run.</summary>
[Collection(nameof(Alone))]
public sealed class TestingSnippets
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Over_sockets()
    {
        #region sockets
        await using var upstream = await UpstreamServer.StartAsync(
            new UpstreamBuilder().SlidingLog(20, TimeSpan.FromSeconds(1)).Latency(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(10)));

        await using var services = new ServiceCollection()
            .AddHttpClient("api", client => client.BaseAddress = upstream.Address).AddServiceRateLimiting(options => options.Limit("20/second"))
            .Services.BuildServiceProvider();
        var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("api");
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.GetStringAsync("/things")));

        upstream.ShouldNeverHaveRefused();
        upstream.ShouldHaveAdmittedAtLeast(50);
        #endregion
    }

    [Fact]
    public async Task In_virtual_time()
    {
        #region virtual
        var time = new ManualTimeProvider();
        var upstream = Upstream.Preset("github").Time(time).Build();

        await using var services = new ServiceCollection()
            .AddSingleton<TimeProvider>(time)
            .AddHttpClient("github", client => client.Timeout = Timeout.InfiniteTimeSpan)
            .AddServiceRateLimiting(options => options.UsePreset("github").Line(line => line.Timeout = TimeSpan.FromHours(2)))
            .ConfigurePrimaryHttpMessageHandler(upstream.CreateHandler)
            .Services.BuildServiceProvider();
        var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("github");
        await time.RunUntilAsync(Task.WhenAll(Enumerable.Range(0, 50).Select(_ => client.GetStringAsync("https://api.github.com/search/code?q=x"))));

        upstream.ShouldNeverHaveRefused();
        upstream.ShouldNeverHaveExceeded(10, "code_search");
        #endregion
    }

    [Fact]
    public async Task What_goes_wrong()
    {
        #region faults
        var upstream = new UpstreamBuilder()
            .TokenBucket(500, TimeSpan.FromMinutes(1), limit => limit with { By = CountedBy.Organisation })
            .Tokens(150_000, TimeSpan.FromMinutes(1))
            .Concurrency(5)
            .SlidingLog(40, TimeSpan.FromSeconds(1), limit => limit with { Name = "secondary", IsHidden = true, CountsRefused = true })
            .Organisation("acme", "key-1", "key-2")
            .Cost("tokens", request => request.Body.Length / 4)
            .Penalty(() => new PenaltyModel { Tolerated = 10, First = TimeSpan.FromSeconds(30) })
            .Dialect("openai").Odd(Oddities.NoRetryAfter).ClockSkew(TimeSpan.FromSeconds(-20))
            .Fault(Fault.Storm(retryAfter: TimeSpan.FromSeconds(2)).Between(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(20)))
            .Fault(Fault.Status(503).WithProbability(0.01))
            .Fault(Fault.ResetAfter(bytes: 100).On(request: 7))
            .Fault(Fault.Header("x-ratelimit-remaining-requests", "1000000").Every(nth: 50))
            .Seed(42)
            .Build();
        #endregion

        using var client = new HttpClient(upstream.CreateHandler());
        using var response = await client.PostAsync("https://api.test/v1/embeddings", new StringContent("""{"input":"text"}"""), Ended);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        upstream.Books["tokens"].Ok.ShouldBe(4);
    }

    [Fact]
    public void Logs_and_metrics()
    {
        #region collectors
        using var logs = new LogCollector();
        using var services = new ServiceCollection()
            .AddLogging(logging => logging.AddProvider(logs))
            .AddHttpClient("api").AddServiceRateLimiting(options => options.Limit("1/hour").Limit("10 concurrent"))
            .Services.BuildServiceProvider();
        using var metrics = new MetricCollector(services.GetRequiredService<System.Diagnostics.Metrics.IMeterFactory>());

        var limiter = services.GetRequiredKeyedService<IServiceRateLimiter>("api");
        limiter.TryAcquire();
        limiter.TryAcquire();

        metrics.Sum("rate_limit.checks", ("service", "api"), ("result", "refused")).ShouldBe(1);
        logs.Ours.ShouldNotContain(entry => entry.Level >= LogLevel.Warning);
        #endregion
    }

    [Fact]
    public void The_model_alone()
    {
        #region model
        var model = new UpstreamModel([UpstreamLimit.FixedWindow(60, TimeSpan.FromMinutes(1)), UpstreamLimit.TokenBucket(90_000, TimeSpan.FromMinutes(1), unit: "tokens")]);
        var start = new ArrivalTime(Monotonic: TimeSpan.Zero, SinceEpoch: TimeSpan.FromDays(20_000));
        var call = new UpstreamCall { Key = "key-1", Costs = [new UnitCost("tokens", 80_000)] };

        var first = model.Arrive(start, call);
        first.Ticket!.Settle(start, [new UnitCost("tokens", 30_000)]);
        first.Ticket.End(start);
        var second = model.Arrive(start, call);

        second.Refusal!.Reason.ShouldBe("tokens");
        second.Refusal.Wait.TotalSeconds.ShouldBe(13.3, tolerance: 0.1);
        #endregion
    }
}
