namespace RateLimited.Http.Signals.Dialects;

/// <summary>GitLab: the drafts' names with an epoch, and the throttle's name.</summary>
internal static class GitLab
{
    public static HeaderDialect Dialect { get; } = new("gitlab")
    {
        Rules =
        [
            .. HeaderDialect.Triple("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", ValueFormat.EpochSeconds),
            new(HeaderField.Used, "ratelimit-observed"),
            new(HeaderField.LimitName, "ratelimit-name"),
            new(HeaderField.Reset, "ratelimit-resettime", ValueFormat.Date),
        ],
    };
}
