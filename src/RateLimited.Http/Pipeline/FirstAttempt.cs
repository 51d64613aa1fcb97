using RateLimited.Http.Limits;
using RateLimited.Http.Resilience;

namespace RateLimited.Http.Pipeline;

/// <summary>A request's first attempt, which is made outside of the strategies.</summary>
/// <param name="Plan">What was configured when it began.</param>
/// <param name="Request">The request.</param>
/// <param name="Replay">Whether its content can be sent again.</param>
/// <param name="Pass">What it is reported to the circuit with.</param>
/// <param name="Began">When it began, where that matters.</param>
/// <param name="End">What ends it in time; null where no time is set.</param>
/// <param name="Caller">The caller's token.</param>
internal readonly record struct FirstAttempt(
    ResiliencePlan Plan, HttpRequestMessage Request, ContentReplay Replay, CircuitPass Pass, long Began, CallEnd? End, CancellationToken Caller)
{
    /// <summary>Until when the request may take.</summary>
    public CallTime Time => new(End);

    /// <summary>When all its time is over.</summary>
    public long Deadline => End?.Deadline ?? LimitRule.Never;

    public CancellationToken Token => End?.Token ?? Caller;

    /// <summary>Whether nothing can follow: the caller has given up, or all time is over.</summary>
    public bool IsOver => End is null ? Caller.IsCancellationRequested : End.Ending is CallEnding.Caller or CallEnding.TotalTimeout;

    /// <summary>What says of a cancellation whose it was; null where the exception says it.</summary>
    public Exception? Ended(Exception exception) => exception is not OperationCanceledException canceled ? null : End?.Ending switch
    {
        CallEnding.TotalTimeout => TimedOut.OfAllAttempts(Plan.Rule.TotalTimeout.GetValueOrDefault(), canceled),
        CallEnding.Caller => new TaskCanceledException(canceled.Message, canceled, Caller),
        _ => null,
    };
}
