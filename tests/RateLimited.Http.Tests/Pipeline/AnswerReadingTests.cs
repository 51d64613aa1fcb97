using System.Net;
using RateLimited.Http.Limits;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Signals;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>What limits learn from responses and failures, and that the handler tells them.</summary>
public class AnswerReadingTests
{
    [Theory]
    [InlineData(200, AnswerKind.Succeeded)]
    [InlineData(304, AnswerKind.Succeeded)]
    [InlineData(400, AnswerKind.Succeeded)]
    [InlineData(408, AnswerKind.Faulted)]
    [InlineData(429, AnswerKind.Throttled)]
    [InlineData(500, AnswerKind.Faulted)]
    [InlineData(503, AnswerKind.Faulted)]
    [InlineData(599, AnswerKind.Faulted)]
    internal void Of_a_status(int status, AnswerKind kind)
    {
        using var response = new HttpResponseMessage((HttpStatusCode)status);
        new SignalReader(dialect: null, TimeSpan.FromHours(1)).Read(response, default, DateTimeOffset.UnixEpoch, out var signal);

        AnswerReading.KindOf(signal.Verdict).ShouldBe(kind);
    }

    [Fact]
    public void Of_an_exception()
    {
        AnswerReading.KindOf(new HttpRequestException(HttpRequestError.ConnectionError)).ShouldBe(AnswerKind.Faulted);
        AnswerReading.KindOf(new IOException()).ShouldBe(AnswerKind.Faulted);
        AnswerReading.KindOf(new TimeoutException()).ShouldBe(AnswerKind.Faulted);
        AnswerReading.KindOf(new TaskCanceledException("late", new TimeoutException())).ShouldBe(AnswerKind.Faulted);
        AnswerReading.KindOf(new OperationCanceledException()).ShouldBe(AnswerKind.Ignored);
        AnswerReading.KindOf(new InvalidOperationException()).ShouldBe(AnswerKind.Ignored);
        AnswerReading.KindOf(new RateLimitRejectedException("s", RejectionReason.Timeout, limit: null, retryAfter: null)).ShouldBe(AnswerKind.Ignored);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Failures_of_the_upstream_throttle_its_service(bool isAnswered)
    {
        using var service = new LimitedService(LimitedService.Window(1000));
        using var client = service.Over((_, _) => isAnswered
            ? Task.FromResult(new HttpResponseMessage(HttpStatusCode.BadGateway))
            : Task.FromException<HttpResponseMessage>(new HttpRequestException(HttpRequestError.ConnectionError)));
        for (var i = 0; i < 10; i++)
        {
            await Send(client);
        }

        service.Limiter.TryAcquire().Lease.ShouldNotBeNull();
        service.Limiter.TryAcquire().Limit.ShouldBe("fault throttle");
    }

    [Fact]
    public async Task Refusals_slow_an_adaptive_rate_and_tell_it_once()
    {
        using var service = new LimitedService(new Http.Admission.LimitDefinition("rate", UnitCost.Requests, new AdaptiveRate(100, TimeSpan.TicksPerSecond, 100)));
        using var client = service.Over(static (_, _) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.TooManyRequests)));
        for (var i = 0; i < 50; i++)
        {
            service.Limiter.TryAcquire().Lease.ShouldNotBeNull().Dispose();
        }

        await Send(client);

        service.Limiter.GetStatus().Limits[0].Quota.ShouldBe(36, "seven tenths of 51, once");
    }

    private static async Task Send(HttpMessageInvoker client)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "http://upstream.test/");
        try
        {
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        }
        catch (HttpRequestException)
        {
        }
    }
}
