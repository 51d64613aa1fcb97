using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Mistral: the window is in the headers' names, no reset is told, and each response says what it did cost.</summary>
internal static class Mistral
{
    public static Provider Provider { get; } = new("mistral")
    {
        Tiers =
        [
            new("",
            [
                UpstreamLimit.FixedWindow(60, FromSeconds(10)) with { Name = "req-10-second" },
                UpstreamLimit.FixedWindow(2_000_000, FromMinutes(1), unit: "tokens") with { Name = "tokens-minute" },
                UpstreamLimit.FixedWindow(10_000_000_000, FromDays(31), unit: "tokens") with { Name = "tokens-month" },
            ]),
        ],
        Headers =
        [
            new("x-ratelimit-limit-{limit}", Says.Limit),
            new("x-ratelimit-remaining-{limit}", Says.Remaining),
            HeaderLine.OfResponse("x-ratelimit-tokens-query-cost", static saying => saying.CostOf("tokens") is { } cost ? Written.Whole(cost) : null),
        ],
        Refuse = static _ => new Refused(429, """{"object":"error","message":"Rate limit exceeded","type":"rate_limited","param":null,"code":"1300"}"""),
        Answer = OpenAIShape.Instance,
    };
}
