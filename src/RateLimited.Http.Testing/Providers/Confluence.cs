using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Confluence and Jira Data Center: a bucket that is filled every interval, fully described, and a <c>Retry-After: 0</c> on every success.</summary>
internal static class Confluence
{
    public static Provider Provider { get; } = new("confluence")
    {
        Tiers = [new("", [new UpstreamLimit(UnitCost.Requests, static () => new TokenBucketModel(10, FromSeconds(60), capacity: 50, interval: FromSeconds(60)))])],
        Headers =
        [
            new("x-ratelimit-limit", Says.Limit), new("x-ratelimit-remaining", Says.Remaining), new("x-ratelimit-interval-seconds", Says.Window(Written.Seconds)),
            new("x-ratelimit-fillrate", static (_, stated) => Written.Whole(stated.Reading.PerWindow)),
            HeaderLine.OfResponse("retry-after", static saying => Says.RetryAfter(saying, Written.Seconds) ?? (saying.Status < 400 ? "0" : null)) with { AsksToWait = true },
        ],
        Refuse = static _ => new Refused(429, """{"message":"Rate limited."}"""),
    };
}
