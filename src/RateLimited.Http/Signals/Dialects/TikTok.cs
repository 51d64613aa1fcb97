using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Dialects;

/// <summary>TikTok: a code in the body alone, per endpoint.</summary>
internal static class TikTok
{
    public static HeaderDialect Dialect { get; } = new("tiktok")
    {
        LimitScope = ResponseScope.Endpoint,
    };
}
