using Polly;

namespace RateLimited.Http.Resilience;

/// <summary>
/// The service's circuit as a strategy of Polly's. Not Polly's own: that one takes a cancelled probe for a success, waits for ever for one that hangs, measures breaks by the wall clock and
/// forgets all when its options are loaded anew.
/// </summary>
internal sealed class BreakerStrategy(ServiceResilience service, ResilienceRule rule) : ResilienceStrategy<HttpResponseMessage>
{
    protected override async ValueTask<Outcome<HttpResponseMessage>> ExecuteCore<TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<HttpResponseMessage>>> callback, ResilienceContext context, TState state)
    {
        var call = ResilientCall.Of(context);
        if (call.IsKnown)
        {
            // It went through the circuit before and was reported.
            return await callback(context, state).ConfigureAwait(context.ContinueOnCapturedContext);
        }

        if (!service.TryEnter(call.Request, out var pass, out var refusal))
        {
            call.Refused();
            return Outcome.FromException<HttpResponseMessage>(refusal!);
        }

        var began = rule.Breaker is { SlowCall: > 0 } ? service.Now : 0;
        var reading = new AttemptReading(FailureKind.None, CallResult.Inconclusive);
        HttpResponseMessage? withBody = null;
        try
        {
            var outcome = await callback(context, state).ConfigureAwait(context.ContinueOnCapturedContext);
            reading = call.Reading;
            withBody = reading.Result == CallResult.Success && outcome.Result is { } response && call.HasBody(response) ? response : null;
            return outcome;
        }
        finally
        {
            service.Report(rule, new AttemptReport(pass, reading) { Began = began, IsFirst = call.Attempts == 1, HasBody = withBody is not null });
            if (withBody is not null)
            {
                call.FollowBody(withBody, pass);
            }
        }
    }
}
