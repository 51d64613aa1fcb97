using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>H14 over real sockets.</summary>
public sealed class RetryOverSocketsTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    [Fault("H14")]
    public async Task H14_ten_thousand_repeats_through_two_connections_do_not_hang()
    {
        await using var upstream = await RealUpstream.StartAsync(HttpProtocols.Http1);
        long asked = 0;
        var body = new byte[70_000];
        upstream.Answers["/"] = async context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref asked) % 3 == 0 ? 200 : 503;
            await context.Response.Body.WriteAsync(body.AsMemory(0, asked % 50 == 0 ? body.Length : 100));
        };
        var limits = new[] { LimitedService.Concurrent(64) };
        var definition = new Http.Admission.ServiceDefinition { Name = "sockets", Limits = limits, ArrivalGuard = TimeSpan.Zero, FaultThrottle = false };
        using var telemetry = new Http.Telemetry.RateLimitingTelemetry();
        using var limiter = new Http.Admission.ServiceLimiter(definition, new Http.Admission.InProcessStore(TimeProvider.System, []), telemetry.For("sockets"));
        var retry = new RetryRule { MaxRetries = 20, BaseDelay = 0, MaxDelay = 0, BudgetPercent = 1000, BudgetFloor = 100_000 };
        var pipeline = new ServicePipeline(limiter, new PipelineSettings(new EndpointRouter([]), RejectionBehavior.Throw, TimeSpan.FromMinutes(1)) { Resilience = new ResilienceRule { Retry = retry } });
        using var client = new HttpClient(new ResilienceHandler(pipeline)
        {
            InnerHandler = new RateLimitingHandler(pipeline) { InnerHandler = new SocketsHttpHandler { MaxConnectionsPerServer = 2 } },
        })
        {
            BaseAddress = upstream.Address,
        };

        var callers = Enumerable.Range(0, 16).Select(async _ =>
        {
            while (Interlocked.Read(ref asked) < 10_000)
            {
                using var response = await client.GetAsync("/", Ended);
                (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.ServiceUnavailable).ShouldBeTrue();
            }
        });
        await Task.WhenAll(callers).WaitAsync(TimeSpan.FromSeconds(60), Ended);

        limiter.GetStatus().InFlight.ShouldBe(0);
    }
}
