namespace RateLimited.Http.Arena.Clients;

/// <summary>A way to keep to a limit.</summary>
/// <param name="Name">Its name in tables.</param>
/// <param name="Description">What it does.</param>
/// <param name="Handle">The handlers that it puts before the socket; null for ours, which makes its client itself.</param>
internal sealed record Strategy(string Name, string Description, Func<ClientSetup, HttpMessageHandler, HttpMessageHandler>? Handle)
{
    public static Strategy Ours { get; } = new("ours", "AddServiceRateLimiting(); four processes through Redis", Handle: null);

    public static IReadOnlyList<Strategy> All { get; } =
    [
        Ours,
        new("plain", "HttpClient with Polly's retry: as long as it is refused, it waits as the Retry-After says", PlainRetry.Handle),
        new("bcl-token-bucket", "the documented client-side handler with TokenBucketRateLimiter, refilled ten times in a window", BclHandlers.TokenBucket),
        new("bcl-fixed", "the same with FixedWindowRateLimiter", BclHandlers.FixedWindow),
        new("bcl-sliding", "the same with SlidingWindowRateLimiter of ten segments", BclHandlers.SlidingWindow),
        new("bcl-paced", "the same with a token bucket paced by hand: one permit every W/N", BclHandlers.Paced),
        new("standard", "the five strategies of the standard resilience handler, with its defaults", StandardResilience.Handle),
    ];

    public bool IsOurs => Handle is null;

    public static Strategy Named(string name) => All.Single(strategy => string.Equals(strategy.Name, name, StringComparison.Ordinal));
}
