namespace RateLimited.Http.Signals.Dialects;

/// <summary>Confluence and Jira Data Center: a token bucket, fully described.</summary>
internal static class Confluence
{
    public static HeaderDialect Dialect { get; } = new("confluence")
    {
        Rules =
        [
            new(HeaderField.Limit, "x-ratelimit-limit"),
            new(HeaderField.Remaining, "x-ratelimit-remaining"),
            new(HeaderField.RefillInterval, "x-ratelimit-interval-seconds", ValueFormat.Seconds),
            new(HeaderField.Refill, "x-ratelimit-fillrate"),
        ],
    };
}
