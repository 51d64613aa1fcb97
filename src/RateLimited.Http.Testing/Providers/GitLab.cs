using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>GitLab: windows of the clock; the drafts' names with an epoch, the throttle's name, and a plain text that says to come later.</summary>
internal static class GitLab
{
    public static Provider Provider { get; } = new("gitlab")
    {
        Tiers = [Of("user", "throttle_authenticated_api", 7_200), Of("unauthenticated", "throttle_unauthenticated_api", 3_600)],
        Headers =
        [
            new("ratelimit-limit", Says.Limit), new("ratelimit-name", Says.Name), new("ratelimit-observed", Says.Used), new("ratelimit-remaining", Says.Remaining),
            new("ratelimit-reset", Says.ResetAt(Written.EpochSeconds)),
            new("ratelimit-resettime", static (saying, stated) => saying.IsRefusal ? Says.ResetAt(Written.HttpDate)(saying, stated) : null),
            HeaderLine.RetryAfter(Written.Seconds),
        ],
        Refuse = static _ => new Refused(429, "Retry later\n", "text/plain"),
    };

    private static Tier Of(string name, string throttle, long quota) => new(name, [UpstreamLimit.FixedWindow(quota, FromHours(1)) with { Name = throttle }]);
}
