namespace RateLimited.Http.Signals.Dialects;

/// <summary>The names that most services share. The reset is a wait, an epoch or a date: what it looks like decides.</summary>
internal static class XRateLimit
{
    public static HeaderDialect Dialect { get; } = new("x-ratelimit")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
            new(HeaderField.Used, "x-ratelimit-used"),
        ],
    };
}
