namespace RateLimited.Http.Signals.Dialects;

/// <summary>Cerebras: OpenAI's names where any are sent; it admits by an estimate.</summary>
internal static class Cerebras
{
    public static HeaderDialect Dialect { get; } = new("cerebras")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-ratelimit-limit-{limit}", "x-ratelimit-remaining-{limit}", "x-ratelimit-reset-{limit}", ValueFormat.Duration, resetsToFull: true),
        ],
    };
}
