namespace RateLimited.Http.Signals.Dialects;

/// <summary>Anthropic: per organisation and model, tokens rounded to thousands, resets as dates that may have passed.</summary>
internal static class Anthropic
{
    public static HeaderDialect Dialect { get; } = new("anthropic")
    {
        Rules =
        [
            .. HeaderDialect.Triple("anthropic-ratelimit-{limit}-limit", "anthropic-ratelimit-{limit}-remaining", "anthropic-ratelimit-{limit}-reset", ValueFormat.Auto, resetsToFull: true),
        ],
    };
}
