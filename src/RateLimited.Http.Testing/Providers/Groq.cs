using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Groq: OpenAI's names, requests always of a day and tokens always of a minute, for each organisation.</summary>
internal static class Groq
{
    public static Provider Provider { get; } = new("groq")
    {
        Tiers =
        [
            new("",
            [
                UpstreamLimit.TokenBucket(14_400, FromDays(1)) with { By = CountedBy.Organisation },
                UpstreamLimit.TokenBucket(30_000, FromMinutes(1), unit: "tokens") with { By = CountedBy.Organisation },
            ]),
        ],
        Headers = [.. OpenAI.Lines, HeaderLine.RetryAfter(Written.Seconds)],
        Refuse = OpenAI.Refuse,
        Answer = OpenAIShape.Instance,
    };
}
