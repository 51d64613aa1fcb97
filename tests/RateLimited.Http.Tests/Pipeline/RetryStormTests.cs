using System.Net;
using RateLimited.Http.Resilience;
using RateLimited.Http.Tests.Faults;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>H01 and P14 in virtual time: what comes to an upstream that refuses or fails everything.</summary>
public sealed class RetryStormTests
{
    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Theory]
    [Fault("H01")]
    [Fault("P14")]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.InternalServerError)]
    public async Task H01_repeats_are_a_tenth_of_first_attempts_and_all_comes_back_when_the_upstream_heals(HttpStatusCode failure)
    {
        using var service = new LimitedService(LimitedService.Window(1_000_000)).With(new ResilienceRule { Retry = new RetryRule() });
        var isHealed = false;
        long sent = 0;
        using var invoker = service.Through((_, _) =>
        {
            Interlocked.Increment(ref sent);
            return Task.FromResult(new HttpResponseMessage(Volatile.Read(ref isHealed) ? HttpStatusCode.OK : failure));
        });

        // 500 clients, each with a call a second for ten seconds.
        var calls = new List<Task<HttpResponseMessage>>();
        for (var second = 0; second < 10; second++)
        {
            for (var client = 0; client < 500; client++)
            {
                calls.Add(invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://upstream.test/").WithoutRateLimiting(), Ended));
            }

            service.Time.Advance(TimeSpan.FromSeconds(0.999));
            await Task.Delay(5, Ended);
        }

        await Task.WhenAll(calls).ContinueWith(static _ => new HttpResponseMessage(), TaskScheduler.Default).WithinTimeAsync(service.Time);
        var repeats = sent - calls.Count;
        repeats.ShouldBeInRange(100, 520, "10 % of 5000, and the floor of the two windows that ten seconds of calls and their pauses touch");

        Volatile.Write(ref isHealed, value: true);
        (await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Get, "https://upstream.test/").WithoutRateLimiting(), Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    [Fault("H01")]
    [Fault("P14")]
    public async Task With_the_breaker_an_upstream_that_fails_is_left_alone_and_found_again()
    {
        using var service = new LimitedService(LimitedService.Window(1_000_000)).With(ResilientChain.Usual);
        var isHealed = false;
        long sent = 0;
        using var invoker = service.Through((_, _) =>
        {
            Interlocked.Increment(ref sent);
            return Task.FromResult(new HttpResponseMessage(Volatile.Read(ref isHealed) ? HttpStatusCode.OK : HttpStatusCode.InternalServerError));
        });

        for (var call = 0; call < 5_000; call++)
        {
            _ = invoker.SendAsync(new HttpRequestMessage(HttpMethod.Post, "https://upstream.test/").WithoutRateLimiting(), Ended);
            service.Time.Advance(TimeSpan.FromMilliseconds(2));
        }

        Interlocked.Read(ref sent).ShouldBe(20, "ten seconds of calls are less than one break");
        Volatile.Write(ref isHealed, value: true);
        service.Time.Advance(TimeSpan.FromSeconds(15));
        (await invoker.SendAsync(new HttpRequestMessage(HttpMethod.Post, "https://upstream.test/").WithoutRateLimiting(), Ended)).StatusCode.ShouldBe(HttpStatusCode.OK);
        service.Pipeline.Resilience.State.ShouldBe(CircuitState.Closed);
    }
}
