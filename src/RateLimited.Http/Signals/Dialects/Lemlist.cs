namespace RateLimited.Http.Signals.Dialects;

/// <summary>lemlist: the common names with JavaScript's dates.</summary>
internal static class Lemlist
{
    public static HeaderDialect Dialect { get; } = new("lemlist")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", ValueFormat.Date),
        ],
    };
}
