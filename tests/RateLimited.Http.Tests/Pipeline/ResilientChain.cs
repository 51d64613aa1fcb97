using RateLimited.Http.Keys;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Resilience;
using RateLimited.Http.Testing;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>All handlers of a client in their order, over a service under time that only the test moves.</summary>
internal static class ResilientChain
{
    /// <summary>What is on by default.</summary>
    public static ResilienceRule Usual => new() { Retry = new RetryRule(), Breaker = new BreakerRule(), MaxRedirects = 5 };

    public static LimitedService With(this LimitedService service, ResilienceRule rule)
    {
        // The limits' own throttle on server faults would hold up, in time that only the test moves, what these tests let fail.
        service.Limiter.Apply(service.Limiter.Definition with { FaultThrottle = false });
        service.Pipeline.Settings = service.Pipeline.Settings with { Resilience = rule };
        return service;
    }

    public static HttpMessageHandler Chain(this LimitedService service, HttpMessageHandler inner) => service.Pipeline.Chain(inner);

    /// <param name="pipeline">The service.</param>
    /// <param name="inner">What stands for the upstream.</param>
    /// <param name="origin">Where the service's keys may go, if it has any.</param>
    public static HttpMessageHandler Chain(this ServicePipeline pipeline, HttpMessageHandler inner, Uri? origin = null)
    {
        var home = new Lazy<KeyOrigin?>(() => origin is null ? null : KeyOrigin.Of(origin));
        var last = pipeline.Keys is null ? inner : new KeyCarryingHandler(pipeline, home) { InnerHandler = inner };
        return new ResilienceHandler(pipeline)
        {
            InnerHandler = new RedirectHandler(pipeline)
            {
                InnerHandler = new RateLimitingHandler(pipeline) { ClientsOrigin = home, InnerHandler = new AttemptTimeoutHandler(pipeline) { InnerHandler = last } },
            },
        };
    }

    public static HttpMessageInvoker Through(this LimitedService service, Func<HttpRequestMessage, CancellationToken, Task<HttpResponseMessage>> answer) =>
        new(service.Chain(new StubHandler(answer)));

    /// <summary>Moves time from timer to timer until the work has ended.</summary>
#pragma warning disable VSTHRD003 // Tests have no context to lock.
    public static async Task<T> WithinTimeAsync<T>(this Task<T> work, ManualTimeProvider time)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!work.IsCompleted)
        {
            TimeProvider.System.GetElapsedTime(began).ShouldBeLessThan(Eventually.Deadline);
            if (time.UntilNextTimer is { } next)
            {
                time.Advance(next);
            }

            await Task.WhenAny(work, Task.Delay(2));
        }

        return await work;
    }

    /// <summary>The same for work without a result.</summary>
    public static async Task WithinTimeAsync(this Task work, ManualTimeProvider time) => await ResultOf(work).WithinTimeAsync(time);

    private static async Task<bool> ResultOf(Task work)
    {
        await work;
        return true;
    }
#pragma warning restore VSTHRD003
}
