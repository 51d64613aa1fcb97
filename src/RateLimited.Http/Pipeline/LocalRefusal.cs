using System.Net;
using System.Net.Http.Headers;

namespace RateLimited.Http.Pipeline;

/// <summary>The response that stands for a refusal where the client prefers one to an exception.</summary>
internal static class LocalRefusal
{
    public static HttpResponseMessage ToResponse(this RateLimitRejectedException rejection, HttpRequestMessage request)
    {
        var response = new HttpResponseMessage(HttpStatusCode.TooManyRequests)
        {
            RequestMessage = request,
            ReasonPhrase = $"Too Many Requests (refused on this side by RateLimited.Http: {rejection.Reason})",
        };
        if (rejection.RetryAfter is { } wait)
        {
            // Up and not to the nearest: who comes back when told must find room.
            var seconds = Math.Min(Math.Ceiling(wait.TotalSeconds), int.MaxValue);
            response.Headers.RetryAfter = new RetryConditionHeaderValue(TimeSpan.FromSeconds(seconds));
        }

        return response;
    }
}
