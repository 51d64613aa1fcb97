using System.Net;
using RateLimited.Http.Admission;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Admission;
using RateLimited.Http.Tests.Telemetry;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>Loggers and listeners are somebody else's code: whatever they throw, no response is lost, no place stays taken, and no timer ends the process.</summary>
public sealed class ForeignListenerTests : IDisposable
{
    private readonly ThrowingTelemetry _telemetry = new();
    private readonly ManualTimeProvider _time = new();
    private readonly InProcessStore _store;
    private readonly ServiceLimiter _limiter;

    public ForeignListenerTests()
    {
        _store = new InProcessStore(_time, []);
        _limiter = new ServiceLimiter(new ServiceDefinition { Name = "s", Limits = [LimitedService.Concurrent(1)], ArrivalGuard = TimeSpan.Zero }, _store, _telemetry.For("s"));
    }

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    private long Held => _limiter.GetStatus().Limits[0].Used;

    public void Dispose()
    {
        _limiter.Dispose();
        _store.Dispose();
        _telemetry.Dispose();
    }

    [Fact]
    public void Nothing_that_is_said_throws()
    {
        var service = _telemetry.For("api");

        Should.NotThrow(() => TelemetryEvents.SayAll(service));
        Should.NotThrow(() => service.UsageLost("fault"));

        _telemetry.Thrown.ShouldBeGreaterThan(20);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refusal_is_handed_over_and_its_place_released(bool isBlocking)
    {
        using var client = Client(static () => new HttpResponseMessage(HttpStatusCode.TooManyRequests));
        using var request = Get();

        using var response = isBlocking ? client.Send(request, Ended) : await client.SendAsync(request, Ended);

        response.StatusCode.ShouldBe(HttpStatusCode.TooManyRequests);
        Held.ShouldBe(0);
        _limiter.GetStatus().InFlight.ShouldBe(0);
        _telemetry.Thrown.ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task A_body_that_nobody_reads_is_closed_and_its_place_released()
    {
        using var client = Client(static () => new HttpResponseMessage { Content = new StreamContent(new MemoryStream([1, 2, 3])) });
        using var response = await client.SendAsync(Get(), Ended);
        Held.ShouldBe(1);

        Should.NotThrow(() => _time.Advance(LimitedService.IdleTimeout));

        Held.ShouldBe(0);
        _telemetry.Thrown.ShouldBeGreaterThan(0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_body_whose_cost_cannot_be_read_is_whole_and_releases_its_place(bool failsAtOnce)
    {
        using var client = Client(static () => new HttpResponseMessage { Content = new StreamContent(new MemoryStream([1, 2, 3])) }, new FailingEstimator(failsAtOnce));
        using var response = await client.SendAsync(Get(), Ended);

        (await response.Content.ReadAsByteArrayAsync(Ended)).ShouldBe([1, 2, 3]);

        Held.ShouldBe(0);
        _telemetry.Thrown.ShouldBeGreaterThan(0);
    }

    private static HttpRequestMessage Get() => new(HttpMethod.Get, "https://upstream.test/");

    private HttpMessageInvoker Client(Func<HttpResponseMessage> answer, ICostEstimator? estimator = null)
    {
        var settings = new PipelineSettings(new EndpointRouter([]), RejectionBehavior.Throw, LimitedService.IdleTimeout) { Costs = estimator is null ? null : new CostPlan([estimator], Rules: null) };
        return new(new RateLimitingHandler(new ServicePipeline(_limiter, settings)) { InnerHandler = new StubHandler((_, _) => Task.FromResult(answer())) });
    }

    private sealed class FailingEstimator(bool failsAtOnce) : ICostEstimator
    {
        public ValueTask<CostEstimate?> EstimateAsync(CostedRequest request, CancellationToken cancellationToken) => ValueTask.FromResult<CostEstimate?>(new Estimate(failsAtOnce));

        private sealed class Estimate(bool failsAtOnce) : CostEstimate(new UnitCost("tokens", 1))
        {
            public override IUsageReader Watch(HttpResponseMessage response, string? key) => failsAtOnce ? throw new FormatException("mine") : new Reader();
        }

        private sealed class Reader : IUsageReader
        {
            public void Read(ReadOnlySpan<byte> bytes) => throw new FormatException("mine");

            public IReadOnlyList<UnitCost>? End(bool isComplete) => throw new FormatException("mine");
        }
    }
}
