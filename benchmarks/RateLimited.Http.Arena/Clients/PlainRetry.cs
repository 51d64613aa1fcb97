using System.Net;
using Polly;
using Polly.Retry;

namespace RateLimited.Http.Arena.Clients;

/// <summary>What most programs do: send, and on a refusal wait as long as it says and send again.</summary>
internal static class PlainRetry
{
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(1);

    public static HttpMessageHandler Handle(ClientSetup setup, HttpMessageHandler inner)
    {
        var pipeline = new ResiliencePipelineBuilder<HttpResponseMessage>()
            .AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                ShouldHandle = static attempt => ValueTask.FromResult(attempt.Outcome.Result?.StatusCode == HttpStatusCode.TooManyRequests),
                MaxRetryAttempts = int.MaxValue,
                DelayGenerator = static attempt => ValueTask.FromResult<TimeSpan?>(attempt.Outcome.Result?.Headers.RetryAfter?.Delta ?? DefaultDelay),
                OnRetry = static attempt =>
                {
                    attempt.Outcome.Result?.Dispose();
                    return default;
                },
            })
            .Build();
        return new PipelineHandler(pipeline, inner);
    }
}
