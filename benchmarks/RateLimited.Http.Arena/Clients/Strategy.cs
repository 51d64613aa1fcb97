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
        new("bcl-token-bucket", "the documented client-side handler with TokenBucketRateLimiter, refilled ten times in a window", BclHandlers.TokenBucket) { IsPerKey = true },
        new("bcl-fixed", "the same with FixedWindowRateLimiter", BclHandlers.FixedWindow) { IsPerKey = true },
        new("bcl-sliding", "the same with SlidingWindowRateLimiter of ten segments", BclHandlers.SlidingWindow) { IsPerKey = true },
        new("bcl-paced", "the same with a token bucket paced by hand: one permit every W/N", BclHandlers.Paced) { IsPerKey = true },
        new("standard", "the five strategies of the standard resilience handler, with its defaults", StandardResilience.Handle),
    ];

    public bool IsOurs => Handle is null;

    /// <summary>It counts what it sends: of several keys each has limiters of its own. The others send again what was refused, with the next key.</summary>
    public bool IsPerKey { get; init; }

    /// <summary>Its handlers around the socket; where there are several keys, with each request going with the next of them.</summary>
    public HttpMessageHandler Pipeline(ClientSetup setup, HttpMessageHandler socket) => setup.Upstream.Keys switch
    {
        [] => Handle!(setup, socket),
        var keys when IsPerKey => new KeyRotation(keys, () => Handle!(setup, socket)),
        var keys => Handle!(setup, new KeyRotation(keys, () => socket)),
    };

    public static Strategy Named(string name) => All.Single(strategy => string.Equals(strategy.Name, name, StringComparison.Ordinal));
}
