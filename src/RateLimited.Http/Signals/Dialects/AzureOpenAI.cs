namespace RateLimited.Http.Signals.Dialects;

/// <summary>Azure's OpenAI: OpenAI's names with resets in bare milliseconds, which the renewal period beside them gives away.</summary>
internal static class AzureOpenAI
{
    public static HeaderDialect Dialect { get; } = new("azure-openai")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-ratelimit-limit-{limit}", "x-ratelimit-remaining-{limit}", "x-ratelimit-reset-{limit}", ValueFormat.Duration, resetsToFull: true),
            new(HeaderField.Window, "x-ratelimit-renewalperiod-{limit}", ValueFormat.Seconds),
            new(HeaderField.Penalty, "x-ratelimit-abusepenalty-active"),
        ],
    };
}
