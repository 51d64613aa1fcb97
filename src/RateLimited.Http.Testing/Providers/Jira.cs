using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Jira Cloud: a burst by the second for each endpoint and method, points by the hour; dates to the minute, a warning when near, a reason when refused. The figures are an example.</summary>
internal static class Jira
{
    private const double Near = 0.2;

    public static Provider Provider { get; } = new("jira")
    {
        Tiers =
        [
            new("",
            [
                UpstreamLimit.FixedWindow(65_000, FromHours(1)) with { Name = "quota" },
                UpstreamLimit.SlidingLog(50, FromSeconds(1)) with { Name = "burst", By = CountedBy.Key | CountedBy.Endpoint, IsHidden = true },
            ]),
        ],
        Headers =
        [
            .. HeaderLine.Triple("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", Says.ResetAt(Written.IsoMinute)),
            new("x-ratelimit-nearlimit", static (_, stated) => stated.ShareLeft < Near ? "true" : null),
            HeaderLine.OfResponse("ratelimit-reason", Says.WhenRefused(static saying => saying.IsHidden ? "jira-burst-based" : "jira-quota-based")),
            HeaderLine.RetryAfter(Written.Seconds),
        ],
        Refuse = static _ => new Refused(429, """{"errorMessages":["Rate limit exceeded."]}"""),
    };
}
