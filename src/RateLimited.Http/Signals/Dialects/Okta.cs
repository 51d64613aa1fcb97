using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Dialects;

/// <summary>Okta: an epoch per group of endpoints, and never a Retry-After.</summary>
internal static class Okta
{
    public static HeaderDialect Dialect { get; } = new("okta")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", ValueFormat.EpochSeconds),
        ],
        LimitScope = ResponseScope.Endpoint,
    };
}
