using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Dialects;

/// <summary>Replicate: remaining and a wait, and no quota.</summary>
internal static class Replicate
{
    public static HeaderDialect Dialect { get; } = new("replicate")
    {
        Rules =
        [
            new(HeaderField.Remaining, "ratelimit-remaining"),
            new(HeaderField.Reset, "ratelimit-reset", ValueFormat.Seconds),
        ],
        LimitScope = ResponseScope.Endpoint,
    };
}
