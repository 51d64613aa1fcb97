using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Cerebras: OpenAI's names; admits by an estimate of the prompt and what the answer may have. The figures are an example.</summary>
internal static class Cerebras
{
    public static Provider Provider { get; } = new("cerebras")
    {
        Tiers =
        [
            new("",
            [
                UpstreamLimit.TokenBucket(30, FromMinutes(1)) with { By = CountedBy.Organisation },
                UpstreamLimit.TokenBucket(60_000, FromMinutes(1), unit: "tokens") with { By = CountedBy.Organisation },
            ]),
        ],
        Headers = [.. OpenAI.Lines],
        Refuse = OpenAI.Refuse,
        Answer = OpenAIShape.Instance,
    };
}
