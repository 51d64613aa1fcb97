namespace RateLimited.Http.Signals.Dialects;

/// <summary>Envoy and WHOOP: the common names with the third draft's lists.</summary>
internal static class Envoy
{
    public static HeaderDialect Dialect { get; } = new("envoy")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", ValueFormat.Seconds),
        ],
    };
}
