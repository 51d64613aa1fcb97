using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Kong: windows of the clock, the drafts' names for the closest and a pair of headers for each. The figures are those of an example.</summary>
internal static class Kong
{
    public static Provider Provider { get; } = new("kong")
    {
        Tiers = [new("", [UpstreamLimit.FixedWindow(5, FromSeconds(1)) with { Name = "second" }, UpstreamLimit.FixedWindow(10_000, FromHours(1)) with { Name = "hour" }])],
        Headers =
        [
            new("x-ratelimit-limit-{limit}", Says.Limit), new("x-ratelimit-remaining-{limit}", Says.Remaining),
            .. HeaderLine.Triple("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", Says.Reset(Written.Seconds)),
            HeaderLine.RetryAfter(Written.Seconds),
        ],
        Refuse = static _ => new Refused(429, """{"message":"API rate limit exceeded"}"""),
    };
}
