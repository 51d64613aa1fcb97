using Polly;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Resilience;

/// <summary>
/// One request on its way through the strategies. Made when something went wrong with its first attempt, or where a strategy needs the whole of it. Used by one flow at a time.
/// </summary>
internal abstract class ResilientCall(ServiceResilience service, ResiliencePlan plan, HttpRequestMessage request)
{
    private const string NoteKey = "RateLimited.Http.NotRepeated";

    private static readonly ResiliencePropertyKey<ResilientCall> Key = new("RateLimited.Http.Call");

    private Outcome<HttpResponseMessage>? _known;
    private long _previousPause;

    public HttpRequestMessage Request { get; } = request;

    public ContentReplay Replay { get; init; }

    /// <summary>Whether the caller blocks.</summary>
    public bool IsSynchronous { get; init; }

    public bool IsIdempotent { get; init; }

    /// <summary>What the last attempt's outcome means.</summary>
    public AttemptReading Reading { get; private set; }

    /// <summary>The pause before the next attempt, once it is decided that there is one.</summary>
    public TimeSpan Pause { get; private set; }

    /// <summary>When the total time is over, in ticks of the service's clock.</summary>
    public long Deadline { get; init; } = long.MaxValue;

    /// <summary>Why something stands in, once it is decided that something does.</summary>
    public FallbackCause? Cause { get; private set; }

    /// <summary>How many attempts were made.</summary>
    public int Attempts { get; private set; }

    /// <summary>Whether the outcome of the attempt that comes next is known already, because it was made outside of the strategies.</summary>
    public bool IsKnown => _known is not null;

    public static ResilientCall Of(ResilienceContext context) => context.Properties.GetValue(Key, null!);

    public void AttachTo(ResilienceContext context) => context.Properties.Set(Key, this);

    /// <summary>Hands in the outcome of an attempt that was made outside.</summary>
    public void Know(Outcome<HttpResponseMessage> outcome, AttemptReading reading)
    {
        _known = outcome;
        Reading = reading;
        Attempts = 1;
    }

    /// <summary>The innermost callback of the strategies: one attempt. Never throws.</summary>
    public ValueTask<Outcome<HttpResponseMessage>> AttemptAsync(ResilienceContext context)
    {
        if (_known is { } known)
        {
            _known = null;
            return ValueTask.FromResult(known);
        }

        Attempts++;
        return SendAndReadAsync(context);
    }

    /// <summary>Decides whether the last attempt is repeated, and if so after which pause.</summary>
    /// <param name="outcome">Its outcome, which is told why it was the last.</param>
    /// <param name="attempt">Its number, from zero.</param>
    /// <param name="isCancelled">Whether the caller has given up.</param>
    public bool ShouldRetry(in Outcome<HttpResponseMessage> outcome, int attempt, bool isCancelled)
    {
        if (plan.Rule.Retry is not { } rule || isCancelled)
        {
            return false;
        }

        var decision = rule.Decide(Reading, attempt, Replay, IsIdempotent);
        if (decision == RetryDecision.Repeat)
        {
            _previousPause = service.PauseAfter(rule, Reading, attempt, _previousPause);
            Pause = TimeSpan.FromTicks(_previousPause);
            decision = _previousPause >= Deadline - service.Now ? RetryDecision.WaitTooLong
                : service.TryTakeRetry(rule) ? RetryDecision.Repeat : RetryDecision.BudgetSpent;
        }

        if (decision is RetryDecision.Repeat or RetryDecision.NotAsked)
        {
            return decision == RetryDecision.Repeat;
        }

        service.NotRetrying(Reading.Kind, decision);
        if (outcome.Exception is { } exception)
        {
            Note(exception, decision, rule);
        }

        return false;
    }

    /// <summary>The attempt is repeated after the pause.</summary>
    public void Retrying()
    {
        service.Retrying(Reading.Kind, Pause);
        Forget();
    }

    /// <summary>The attempt was not let through by the circuit.</summary>
    public void Refused() => Reading = new AttemptReading(FailureKind.CircuitOpen, CallResult.Inconclusive);

    /// <summary>Decides whether something stands in for the outcome of the last attempt.</summary>
    public bool ShouldFallBack(in Outcome<HttpResponseMessage> outcome)
    {
        Cause = plan.Rule.Fallback is { } rule && FallbackRule.CauseOf(outcome.Result, outcome.Exception, Reading, IsLocal(outcome.Result)) is { } cause && rule.Causes.Contains(cause) ? cause : null;
        return Cause is not null;
    }

    /// <summary>Looks for what stands in; the outcome itself where there is nothing. Never throws.</summary>
    public async ValueTask<Outcome<HttpResponseMessage>> FallBackAsync(Outcome<HttpResponseMessage> outcome, CancellationToken cancellationToken)
    {
        try
        {
            var found = await StandInAsync(plan.Rule.Fallback!, Cause.GetValueOrDefault(), cancellationToken).ConfigureAwait(false);
            if (found is null)
            {
                service.FellBack(found: false, Cause.GetValueOrDefault());
                return outcome;
            }

            service.FellBack(found: true, Cause.GetValueOrDefault());
            outcome.Result?.Dispose();
            return Outcome.FromResult(found);
        }
#pragma warning disable CA1031 // It travels in the outcome.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            outcome.Result?.Dispose();
            return Outcome.FromException<HttpResponseMessage>(exception);
        }
    }

    /// <summary>Whether a response that is a success so far has a body of which it will be told how it ends.</summary>
    public abstract bool HasBody(HttpResponseMessage response);

    /// <summary>Reports to the circuit how the body of a response ends.</summary>
    public abstract void FollowBody(HttpResponseMessage response, CircuitPass pass);

    /// <summary>Sends the request once.</summary>
    protected abstract ValueTask<HttpResponseMessage> SendAsync(CancellationToken cancellationToken);

    /// <summary>What a response means.</summary>
    protected abstract Verdict VerdictOf(HttpResponseMessage response);

    /// <summary>Whether a response was made on this side.</summary>
    protected abstract bool IsLocal(HttpResponseMessage? response);

    /// <summary>The first of the rule's answers that there is; null where there is none.</summary>
    protected abstract ValueTask<HttpResponseMessage?> StandInAsync(FallbackRule rule, FallbackCause cause, CancellationToken cancellationToken);

    /// <summary>Forgets what is known of the last response.</summary>
    protected abstract void Forget();

    private static void Note(Exception exception, RetryDecision decision, RetryRule rule)
    {
        var why = decision switch
        {
            RetryDecision.LastAttempt => $"it was repeated {rule.MaxRetries} times already (Retry:MaxRetries)",
            RetryDecision.NotReplayable => "its content can be sent only once; give it a byte array, a string, a stream that can seek, or a length up to Retry:MaxReplayBuffer",
            RetryDecision.NotIdempotent => "it may have been processed and its method is not idempotent; give it an Idempotency-Key, WithRepeatable() or Retry:UnsafeMethods",
            RetryDecision.WaitTooLong => "the pause would be longer than Retry:MaxDelay or than what is left of TotalTimeout",
            _ => "the service's retries are used up for now (Retry:BudgetPercent)",
        };
        exception.Data[NoteKey] = $"The request was not repeated: {why}.";
    }

    private async ValueTask<Outcome<HttpResponseMessage>> SendAndReadAsync(ResilienceContext context)
    {
        try
        {
            var response = await SendAsync(context.CancellationToken).ConfigureAwait(context.ContinueOnCapturedContext);
            Reading = AttemptReader.Read((int)response.StatusCode, VerdictOf(response), plan.Rule.Retry?.Statuses);
            return Outcome.FromResult(response);
        }
#pragma warning disable CA1031 // It travels in the outcome.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Reading = AttemptReader.Read(exception, context.CancellationToken.IsCancellationRequested);
            return Outcome.FromException<HttpResponseMessage>(exception);
        }
    }
}
