using RateLimited.Http.Limits;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Pipeline;

/// <summary>What limits can learn from what became of a request.</summary>
internal static class AnswerReading
{
    public static AnswerKind KindOf(in Verdict verdict) => verdict.Kind switch
    {
        ResponseKind.Limited or ResponseKind.Exhausted => AnswerKind.Throttled,
        ResponseKind.Overloaded or ResponseKind.ServerFault => AnswerKind.Faulted,
        _ => AnswerKind.Succeeded,
    };

    /// <summary>A request that its caller gave up says nothing of the upstream, nor one that was refused before it left or was not a request at all.</summary>
    public static AnswerKind KindOf(Exception exception) => exception switch
    {
        RateLimitRejectedException => AnswerKind.Ignored,
        HttpRequestException or IOException or TimeoutException => AnswerKind.Faulted,
        OperationCanceledException { InnerException: TimeoutException } => AnswerKind.Faulted,
        _ => AnswerKind.Ignored,
    };
}
