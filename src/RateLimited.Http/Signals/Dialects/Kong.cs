namespace RateLimited.Http.Signals.Dialects;

/// <summary>Kong: the drafts' names for the closest window, and one pair for each.</summary>
internal static class Kong
{
    public static HeaderDialect Dialect { get; } = new("kong")
    {
        Rules =
        [
            .. HeaderDialect.Triple("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", ValueFormat.Seconds),
            new(HeaderField.Limit, "x-ratelimit-limit-{limit}"),
            new(HeaderField.Remaining, "x-ratelimit-remaining-{limit}"),
        ],
    };
}
