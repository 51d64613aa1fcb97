using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>The names that most services share, in their two spellings. The figures are an example.</summary>
internal static class XRateLimitSpellings
{
    public static Provider XRateLimit { get; } = new("x-ratelimit")
    {
        Tiers = [new("", [UpstreamLimit.FixedWindow(60, FromMinutes(1))])],
        Headers =
        [
            .. HeaderLine.Triple("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", Says.Reset(Written.Seconds)), HeaderLine.RetryAfter(Written.Seconds),
        ],
    };

    public static Provider XRateDashLimit { get; } = new("x-rate-limit")
    {
        Tiers = [new("", [UpstreamLimit.FixedWindow(60, FromMinutes(1))])],
        Headers =
        [
            .. HeaderLine.Triple("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", Says.ResetAt(Written.EpochSeconds)), HeaderLine.RetryAfter(Written.Seconds),
        ],
    };
}
