namespace RateLimited.Http.Signals.Dialects;

/// <summary>The spelling of X and Okta, where nothing else tells them apart.</summary>
internal static class XRateDashLimit
{
    public static HeaderDialect Dialect { get; } = new("x-rate-limit")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"),
        ],
    };
}
