namespace RateLimited.Http.Signals.Dialects;

/// <summary>OpenRouter: the body tells whether the limit is ours or that of the provider behind it.</summary>
internal static class OpenRouter
{
    public static HeaderDialect Dialect { get; } = new("openrouter")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
        ],
    };
}
