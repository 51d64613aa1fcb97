using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Dialects;

/// <summary>Jira Cloud: dates to the minute, a warning when near, a reason when refused.</summary>
internal static class Jira
{
    public static HeaderDialect Dialect { get; } = new("jira")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", ValueFormat.Date),
            new(HeaderField.NearLimit, "x-ratelimit-nearlimit"),
            new(HeaderField.Reason, "ratelimit-reason"),
        ],

        // Both count one method of one endpoint, or less; the hour's quota is of all.
        Reasons = [new("jira-burst-based", ResponseScope.Endpoint), new("jira-per-issue-on-write", ResponseScope.Endpoint)],
    };
}
