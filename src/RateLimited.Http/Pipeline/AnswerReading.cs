using System.Net;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Pipeline;

/// <summary>What limits can learn from what became of a request.</summary>
internal static class AnswerReading
{
    public static AnswerKind KindOf(HttpStatusCode status) => status switch
    {
        HttpStatusCode.TooManyRequests => AnswerKind.Throttled,
        HttpStatusCode.RequestTimeout or >= HttpStatusCode.InternalServerError => AnswerKind.Faulted,
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
