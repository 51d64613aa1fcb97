using System.Net;
using System.Net.Http.Headers;

namespace RateLimited.Http.Pipeline;

/// <summary>The response that stands for a refusal where the client prefers one to an exception.</summary>
internal static class LocalRefusal
{
    public static HttpResponseMessage ToResponse(this RateLimitRejectedException rejection, HttpRequestMessage request) =>
        Response(HttpStatusCode.TooManyRequests, $"Too Many Requests (refused on this side by RateLimited.Http: {rejection.Reason})", rejection.RetryAfter, request);

    public static HttpResponseMessage ToResponse(this CircuitOpenException refusal, HttpRequestMessage request) =>
        Response(HttpStatusCode.ServiceUnavailable, $"Service Unavailable (refused on this side by RateLimited.Http: circuit {refusal.State})", refusal.RetryAfter, request);

    private static LocalResponse Response(HttpStatusCode status, string reason, TimeSpan? retryAfter, HttpRequestMessage request)
    {
        var response = new LocalResponse(status) { RequestMessage = request, ReasonPhrase = reason };
        if (retryAfter is { } wait)
        {
            // Up and not to the nearest: who comes back when told must find room.
            var seconds = Math.Min(Math.Ceiling(wait.TotalSeconds), int.MaxValue);
            response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(seconds));
        }

        return response;
    }
}
