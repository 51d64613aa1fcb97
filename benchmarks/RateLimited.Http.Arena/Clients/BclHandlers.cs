using System.Threading.RateLimiting;

namespace RateLimited.Http.Arena.Clients;

/// <summary>
/// The handler of https://learn.microsoft.com/dotnet/core/extensions/http-ratelimiter around limiters with the upstream's own figures: one of requests, one of tokens where the upstream counts those, and one
/// for the second limit where there is one. Room in line for every caller.
/// </summary>
internal static class BclHandlers
{
    private const int QueueLimit = 1_000_000;

    /// <summary>Into how many parts a window is cut, where the quota can be: more would let little go earlier.</summary>
    private const int Parts = 10;

    public static HttpMessageHandler TokenBucket(ClientSetup setup, HttpMessageHandler inner) => Around(setup, inner, static (quota, window) => new TokenBucketRateLimiter(new()
    {
        TokenLimit = quota,
        TokensPerPeriod = quota % Parts == 0 ? quota / Parts : 1,
        ReplenishmentPeriod = quota % Parts == 0 ? window / Parts : window / quota,
        QueueLimit = QueueLimit,
    }));

    public static HttpMessageHandler FixedWindow(ClientSetup setup, HttpMessageHandler inner) =>
        Around(setup, inner, static (quota, window) => new FixedWindowRateLimiter(new() { PermitLimit = quota, Window = window, QueueLimit = QueueLimit }));

    public static HttpMessageHandler SlidingWindow(ClientSetup setup, HttpMessageHandler inner) =>
        Around(setup, inner, static (quota, window) => new SlidingWindowRateLimiter(new() { PermitLimit = quota, Window = window, SegmentsPerWindow = Parts, QueueLimit = QueueLimit }));

    /// <summary>One permit at a time. Tokens are paced in portions of the largest request, which could never go otherwise.</summary>
    public static HttpMessageHandler Paced(ClientSetup setup, HttpMessageHandler inner) => Around(setup, inner, (quota, window) =>
    {
        var portion = setup.Upstream.Tokens is { } tokens && quota == setup.ShareOf(tokens) ? setup.Upstream.TokensOfRequest.Largest : 1;
        return new TokenBucketRateLimiter(new() { TokenLimit = portion, TokensPerPeriod = portion, ReplenishmentPeriod = window * portion / quota, QueueLimit = QueueLimit });
    });

    private static HttpMessageHandler Around(ClientSetup setup, HttpMessageHandler inner, Func<int, TimeSpan, RateLimiter> limiter)
    {
        var upstream = setup.Upstream;
        var outer = inner;
        if (upstream.Requests is { } requests)
        {
            outer = new BclRateLimitedHandler(limiter(setup.ShareOf(requests), upstream.Window), BclRateLimitedHandler.One, outer);
        }

        if (upstream.Secondary is { } second)
        {
            outer = new BclRateLimitedHandler(limiter(setup.ShareOf(second.Quota), second.Window), BclRateLimitedHandler.One, outer);
        }

        return upstream.Tokens is { } tokens
            ? new BclRateLimitedHandler(limiter(setup.ShareOf(tokens), upstream.Window), BclRateLimitedHandler.Tokens, outer)
            : outer;
    }
}
