using Polly;
using Polly.Fallback;
using Polly.Retry;
using Polly.Timeout;

namespace RateLimited.Http.Resilience;

/// <summary>What is configured, and the strategies that it makes: total timeout, fallback, retry, circuit. Immutable and without state of its own.</summary>
internal sealed class ResiliencePlan
{
    private readonly ServiceResilience _service;

    public ResiliencePlan(ResilienceRule rule, ServiceResilience service)
    {
        Rule = rule;
        EndsInTime = rule.TotalTimeout is not null || rule.AttemptTimeout is not null;
        TotalTicks = rule.TotalTimeout?.Ticks ?? long.MaxValue;
        _service = service;
        Strategies = Compose();
    }

    public ResilienceRule Rule { get; }

    public ResiliencePipeline<HttpResponseMessage> Strategies { get; }

    /// <summary>Whether a request has a time to end in.</summary>
    public bool EndsInTime { get; }

    /// <summary>The total time of a request; all there is where none is set.</summary>
    public long TotalTicks { get; }

    /// <summary>Whether there is nothing to compose.</summary>
    public bool IsIdle => Rule is { TotalTimeout: null, Retry: null, Breaker: null, Fallback: null, Hedging: null };

    /// <summary>Up to how many bytes content is read into memory so that it can be sent more than once; null where nothing sends it twice.</summary>
    public long? ReplayBuffer => Rule.Retry?.MaxReplayBuffer ?? (Rule.Fallback?.Client is null ? null : new RetryRule().MaxReplayBuffer);

    /// <summary>
    /// Whether a request goes through the strategies from its first attempt on. Otherwise only one whose first attempt failed does: nearly none, and what the others do not go through costs nothing.
    /// </summary>
    public bool TakesWhole => Rule.Hedging is not null || Rule.Fallback is { StaleFor: > 0 };

    /// <summary>When the total time of a request is over, in ticks of the service's clock.</summary>
    public long DeadlineOf(long began) => TotalTicks == long.MaxValue ? TotalTicks : began + TotalTicks;

    /// <summary>Whether anything can be done about a first attempt with that outcome.</summary>
    public bool CanHelp(AttemptReading reading) => Rule.Fallback is not null ? reading != AttemptReading.Fine : reading.Kind != FailureKind.None && Rule.Retry is not null;

    private TimeSpan LeftOf(long deadline) => TimeSpan.FromTicks(Math.Max(deadline - _service.Now, TimeSpan.TicksPerMillisecond));

    private ResiliencePipeline<HttpResponseMessage> Compose()
    {
        var builder = new ResiliencePipelineBuilder<HttpResponseMessage> { TimeProvider = _service.Time };
        if (Rule.TotalTimeout is not null)
        {
            // Of what the first attempt has left of it. Polly takes zero for no timeout at all.
            builder.AddTimeout(new TimeoutStrategyOptions { TimeoutGenerator = arguments => ValueTask.FromResult(LeftOf(ResilientCall.Of(arguments.Context).Deadline)) });
        }

        if (Rule.Fallback is not null)
        {
            builder.AddFallback(new FallbackStrategyOptions<HttpResponseMessage>
            {
                ShouldHandle = static arguments => ValueTask.FromResult(
                    !arguments.Context.CancellationToken.IsCancellationRequested && ResilientCall.Of(arguments.Context).ShouldFallBack(arguments.Outcome)),
                FallbackAction = static arguments => ResilientCall.Of(arguments.Context).FallBackAsync(arguments.Outcome, arguments.Context.CancellationToken),
            });
        }

        if (Rule.Retry is { } retry)
        {
            // What decides is ours: the wait of an upstream is bounded, the longest pause is still jittered, and a budget is asked. Polly's part is to do it.
            builder.AddRetry(new RetryStrategyOptions<HttpResponseMessage>
            {
                MaxRetryAttempts = Math.Max(1, retry.MaxRetries),
                ShouldHandle = static arguments => ValueTask.FromResult(
                    ResilientCall.Of(arguments.Context).ShouldRetry(arguments.Outcome, arguments.AttemptNumber, arguments.Context.CancellationToken.IsCancellationRequested)),
                DelayGenerator = static arguments => ValueTask.FromResult<TimeSpan?>(ResilientCall.Of(arguments.Context).Pause),
                OnRetry = static arguments =>
                {
                    ResilientCall.Of(arguments.Context).Retrying();
                    return ValueTask.CompletedTask;
                },
            });
        }

        builder.AddStrategy(_ => new BreakerStrategy(_service, Rule));
        return builder.Build();
    }
}
