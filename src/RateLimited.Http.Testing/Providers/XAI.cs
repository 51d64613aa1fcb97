using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>xAI: requests and tokens for each team. Its headers are not known, so that it sends none; the figures are an example.</summary>
internal static class XAI
{
    public static Provider Provider { get; } = new("xai")
    {
        Tiers =
        [
            new("",
            [
                UpstreamLimit.TokenBucket(60, FromMinutes(1)) with { By = CountedBy.Organisation },
                UpstreamLimit.TokenBucket(100_000, FromMinutes(1), unit: "tokens") with { By = CountedBy.Organisation },
            ]),
        ],
        Refuse = OpenAI.Refuse,
        Answer = OpenAIShape.Instance,
    };
}
