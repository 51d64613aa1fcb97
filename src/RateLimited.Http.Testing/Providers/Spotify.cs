using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Spotify: 30 seconds that slide; refusals that are ignored extend the next, up to 13 hours. The figure is not published, and an example.</summary>
internal static class Spotify
{
    public static Provider Provider { get; } = new("spotify")
    {
        Tiers = [new("", [UpstreamLimit.SlidingLog(90, FromSeconds(30))])],
        Headers = [HeaderLine.RetryAfter(Written.Seconds)],
        Penalty = static () => new PenaltyModel { Tolerated = 10, Within = FromMinutes(1), First = FromSeconds(30), Growth = 2, Longest = FromSeconds(47_967) },
        Refuse = static _ => new Refused(429, """{"error":{"status":429,"message":"API rate limit exceeded"}}"""),
    };
}
