using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Dialects;

/// <summary>Discord: buckets with fractional resets, and a scope that says whether a refusal is about us.</summary>
internal static class Discord
{
    public static HeaderDialect Dialect { get; } = new("discord")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset", ValueFormat.EpochSeconds),
            new(HeaderField.ResetAfter, "x-ratelimit-reset-after", ValueFormat.Seconds),
            new(HeaderField.Bucket, "x-ratelimit-bucket"),
            new(HeaderField.Global, "x-ratelimit-global"),
            new(HeaderField.Scope, "x-ratelimit-scope"),
        ],
        LimitScope = ResponseScope.Endpoint,
    };
}
