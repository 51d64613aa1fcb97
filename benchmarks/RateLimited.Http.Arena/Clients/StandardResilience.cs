using System.Net;
using System.Threading.RateLimiting;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;
using Polly.Timeout;

namespace RateLimited.Http.Arena.Clients;

/// <summary>
/// The five strategies of Microsoft.Extensions.Http.Resilience's standard handler with its defaults, from the outside in: a limit on what is under way, a total timeout, retry, circuit breaker, attempt
/// timeout. Its options and defaults: https://learn.microsoft.com/dotnet/core/resilience/http-resilience#standard-resilience-handler-defaults.
/// </summary>
internal static class StandardResilience
{
    private const int Permits = 1_000;

    public static HttpMessageHandler Handle(ClientSetup setup, HttpMessageHandler inner)
    {
        var random = new Random(setup.Seed);
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddStrategy(static _ => new LimiterStrategy(new ConcurrencyLimiter(new() { PermitLimit = Permits, QueueLimit = 0 })), new LimiterStrategyOptions())
            .AddTimeout(TimeSpan.FromSeconds(30))
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                ShouldHandle = static attempt => ValueTask.FromResult(IsTransient(attempt.Outcome)),
                MaxRetryAttempts = 3,
                Delay = TimeSpan.FromSeconds(2),
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = () => Draw(random),
                DelayGenerator = static attempt => ValueTask.FromResult(attempt.Outcome.Result?.Headers.RetryAfter?.Delta),
                OnRetry = static attempt =>
                {
                    attempt.Outcome.Result?.Dispose();
                    return default;
                },
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<HttpResponseMessage>
            {
                ShouldHandle = static attempt => ValueTask.FromResult(IsTransient(attempt.Outcome)),
                FailureRatio = 0.1,
                MinimumThroughput = 100,
                SamplingDuration = TimeSpan.FromSeconds(30),
                BreakDuration = TimeSpan.FromSeconds(5),
            })
            .AddTimeout(TimeSpan.FromSeconds(10))
            .Build();
        return new PipelineHandler(pipeline, inner);
    }

    private static bool IsTransient(Outcome<HttpResponseMessage> outcome) => outcome switch
    {
        { Exception: HttpRequestException or TimeoutRejectedException } => true,
        { Result.StatusCode: HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError } => true,
        _ => false,
    };

    private static double Draw(Random random)
    {
        lock (random)
        {
            return random.NextDouble();
        }
    }

    /// <summary>Polly's own strategy of this kind is in a package beside its core: this is all it does.</summary>
    private sealed class LimiterStrategy(RateLimiter limiter) : ResilienceStrategy<HttpResponseMessage>
    {
        protected override async ValueTask<Outcome<HttpResponseMessage>> ExecuteCore<TState>(
            Func<ResilienceContext, TState, ValueTask<Outcome<HttpResponseMessage>>> callback, ResilienceContext context, TState state)
        {
            using var lease = await limiter.AcquireAsync(permitCount: 1, context.CancellationToken);
            return lease.IsAcquired
                ? await callback(context, state)
                : Outcome.FromException<HttpResponseMessage>(new HttpRequestException("Too much is under way."));
        }
    }

    private sealed class LimiterStrategyOptions : ResilienceStrategyOptions;
}
