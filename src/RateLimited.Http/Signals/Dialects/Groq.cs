using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Dialects;

/// <summary>Groq: OpenAI's names, requests always per day and tokens per minute.</summary>
internal static class Groq
{
    public static HeaderDialect Dialect { get; } = new("groq")
    {
        Rules =
        [
            .. HeaderDialect.Triple("x-ratelimit-limit-{limit}", "x-ratelimit-remaining-{limit}", "x-ratelimit-reset-{limit}", ValueFormat.Duration, resetsToFull: true),
        ],
        Statuses = [new(498, ResponseKind.Overloaded, ResponseScope.Service)],
    };
}
