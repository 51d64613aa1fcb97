namespace RateLimited.Http.Signals.Dialects;

/// <summary>OpenAI and those who imitate it. The reset is when the bucket is full; a day's and a minute's limit come under the same names.</summary>
internal static class OpenAI
{
    public static HeaderDialect Dialect { get; } = new("openai")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-ratelimit-limit-{limit}", "x-ratelimit-remaining-{limit}", "x-ratelimit-reset-{limit}", ValueFormat.Duration, resetsToFull: true),
        ],
    };
}
