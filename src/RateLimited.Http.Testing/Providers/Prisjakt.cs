using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Prisjakt: a wait in milliseconds.</summary>
internal static class Prisjakt
{
    public static Provider Provider { get; } = new("prisjakt")
    {
        Tiers = [new("", [UpstreamLimit.FixedWindow(10_000, FromMinutes(10))])],
        Headers = [.. HeaderLine.Triple("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", Says.Reset(Written.Milliseconds))],
    };
}
