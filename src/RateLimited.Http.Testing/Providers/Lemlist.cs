using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>lemlist: the common names with JavaScript's dates.</summary>
internal static class Lemlist
{
    public static Provider Provider { get; } = new("lemlist")
    {
        Tiers = [new("", [UpstreamLimit.FixedWindow(20, FromSeconds(2))])],
        Headers =
        [
            .. HeaderLine.Triple("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", Says.ResetAt(Written.JavaScriptDate)), HeaderLine.RetryAfter(Written.Seconds),
        ],
    };
}
