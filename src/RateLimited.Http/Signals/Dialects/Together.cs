namespace RateLimited.Http.Signals.Dialects;

/// <summary>Together: the common names, with a wait in seconds.</summary>
internal static class Together
{
    public static HeaderDialect Dialect { get; } = new("together")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", ValueFormat.Seconds),
        ],
    };
}
