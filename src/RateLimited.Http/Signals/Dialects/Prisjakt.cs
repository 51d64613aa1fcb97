namespace RateLimited.Http.Signals.Dialects;

/// <summary>Prisjakt: a wait in milliseconds.</summary>
internal static class Prisjakt
{
    public static HeaderDialect Dialect { get; } = new("prisjakt")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", ValueFormat.Milliseconds),
        ],
    };
}
