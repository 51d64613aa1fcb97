using System.Globalization;

namespace RateLimited.Http.Caching.Answering;

/// <summary>Says on a response what the cache did: RFC 9211. <c>Warning</c>, which said it once, is obsolete (RFC 9111, section 5.5).</summary>
internal static class CacheStatus
{
    private const string Header = "Cache-Status";
    private const string Cache = "RateLimited.Http";

    /// <summary>It came from the cache.</summary>
    /// <param name="response">The response.</param>
    /// <param name="freshFor">For how long it is still fresh; below zero for one that is stale.</param>
    /// <param name="reason">Why it was given although it was stale; null for one that was fresh.</param>
    public static void Hit(HttpResponseMessage response, TimeSpan freshFor, StaleReason? reason)
    {
        var detail = reason is { } why ? $"; detail=stale-{why.ToString().ToLowerInvariant()}" : string.Empty;
        response.Headers.Add(Header, string.Create(CultureInfo.InvariantCulture, $"{Cache}; hit; ttl={(long)Math.Floor(freshFor.TotalSeconds)}{detail}"));
    }

    /// <summary>The upstream said that the kept answer still holds.</summary>
    public static void Confirmed(HttpResponseMessage response) => response.Headers.Add(Header, $"{Cache}; fwd=stale; fwd-status=304");

    /// <summary>The upstream was asked.</summary>
    /// <param name="response">The response.</param>
    /// <param name="reason">Why, in the words of RFC 9211.</param>
    public static void Forwarded(HttpResponseMessage response, string reason) => response.Headers.Add(Header, $"{Cache}; fwd={reason}");
}
