using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>
/// Twitch: points of a minute for each client; the drafts' names with an epoch. Its documentation speaks of a bucket; the one response that was seen, 29 of 30 left and a reset 57 s ahead, is that
/// of a window which begins with use.
/// </summary>
internal static class Twitch
{
    public static Provider Provider { get; } = new("twitch")
    {
        Tiers = [Of("token", 800), Of("anonymous", 30)],
        Headers = [.. HeaderLine.Triple("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", Says.ResetAt(Written.EpochSeconds))],
        Refuse = static _ => new Refused(429, """{"error":"Too Many Requests","status":429,"message":"Rate limit exceeded"}"""),
    };

    private static Tier Of(string name, long quota) => new(name, [UpstreamLimit.FixedWindow(quota, FromMinutes(1), WindowAlignment.FirstUse)]);
}
