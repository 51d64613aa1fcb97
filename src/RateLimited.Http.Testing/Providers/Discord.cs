using System.Globalization;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>
/// Discord: a bucket for each route and channel with fractional resets, 50 a second in all that no header shows, and a ban after 10 000 responses of 401, 403 or 429 in ten minutes. The bucket's figures are an
/// example.
/// </summary>
internal static class Discord
{
    public static Provider Provider { get; } = new("discord")
    {
        Tiers =
        [
            new("",
            [
                UpstreamLimit.FixedWindow(5, FromSeconds(5), WindowAlignment.FirstUse) with { By = CountedBy.Key | CountedBy.Endpoint },
                UpstreamLimit.SlidingLog(50, FromSeconds(1)) with { Name = "global", IsHidden = true },
            ]),
        ],
        Headers =
        [
            Shown("x-ratelimit-limit", Says.Limit), Shown("x-ratelimit-remaining", Says.Remaining), Shown("x-ratelimit-reset", Says.ResetAt(Written.EpochDecimal)),
            Shown("x-ratelimit-reset-after", Says.Reset(Written.DecimalSeconds)), Shown("x-ratelimit-bucket", static (saying, _) => Bucket(saying.Endpoint)),
            HeaderLine.OfResponse("x-ratelimit-global", static saying => saying.IsHidden ? "true" : null),
            HeaderLine.OfResponse("x-ratelimit-scope", Says.WhenRefused(static saying => saying.IsHidden ? "global" : "user")),
            HeaderLine.RetryAfter(Written.Seconds),
        ],
        Penalty = static () => new PenaltyModel { Tolerated = 9_999, Statuses = [401, 403, 429], Within = FromMinutes(10), First = FromHours(1), Growth = 1 },
        Refuse = static saying => new Refused(429,
            $$"""{"message":"You are being rate limited.","retry_after":{{Written.DecimalSeconds(saying.Wait ?? Zero)}},"global":{{(saying.IsHidden ? "true" : "false")}}}"""),
    };

    private static HeaderLine Shown(string name, Func<Saying, StatedLimit, string?> text) => new(name, (saying, stated) => saying.IsHidden ? null : text(saying, stated));

    /// <summary>A name that says nothing and is the same for the same route: FNV-1a.</summary>
    private static string Bucket(string endpoint) =>
        endpoint.Aggregate(14695981039346656037UL, static (hash, letter) => unchecked((hash ^ letter) * 1099511628211UL)).ToString("x16", CultureInfo.InvariantCulture);
}
