using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>
/// Anthropic: buckets of requests, input and output tokens for each organisation. Tokens are written to the nearest thousand (72 of 72 recorded figures), resets as dates cut to the second. The
/// headers of <c>tokens</c> put both together: sums, and the sooner reset.
/// </summary>
internal static class Anthropic
{
    private const long Thousand = 1000;

    public static Provider Provider { get; } = new("anthropic")
    {
        Aliases = ["claude"],
        Tiers = [Of("tier-1", 50, 30_000, 8_000), Of("start", 1_000, 500_000, 100_000), Of("scale", 4_000, 4_000_000, 800_000)],
        Headers =
        [
            new("anthropic-ratelimit-{limit}-limit", Says.Limit),
            new("anthropic-ratelimit-{limit}-remaining", static (_, stated) => Written.Whole(LeftOf(stated))),
            new("anthropic-ratelimit-{limit}-reset", Says.ResetAt(Written.Rfc3339)),
            HeaderLine.OfResponse("anthropic-ratelimit-tokens-limit", static saying => Together(saying, static both => Written.Whole(both.Sum(static one => one.Reading.Quota)))),
            HeaderLine.OfResponse("anthropic-ratelimit-tokens-remaining", static saying => Together(saying, static both => Written.Whole(both.Sum(LeftOf)))),
            HeaderLine.OfResponse("anthropic-ratelimit-tokens-reset", static saying =>
                Together(saying, both => Written.Rfc3339(Says.Instant(saying, both.Min(static one => one.Reading.ResetAfter))))),
            HeaderLine.OfResponse("x-should-retry", Says.WhenRefused(static _ => "true")),
            HeaderLine.RetryAfter(Written.Seconds),
        ],
        Refuse = static saying => new Refused(429,
            $$$"""{"type":"error","error":{"type":"rate_limit_error","message":"This request would exceed your organization's rate limit of {{{saying.Refusal?.Reason}}} per minute."}}"""),
        Answer = AnthropicShape.Instance,
    };

    private static Tier Of(string name, long requests, long input, long output) => new(name,
    [
        UpstreamLimit.TokenBucket(requests, FromMinutes(1)) with { By = CountedBy.Organisation },
        UpstreamLimit.TokenBucket(input, FromMinutes(1), unit: "input-tokens") with { By = CountedBy.Organisation },
        UpstreamLimit.TokenBucket(output, FromMinutes(1), unit: "output-tokens") with { By = CountedBy.Organisation },
    ]);

    private static long LeftOf(StatedLimit stated) => stated.Limit.Unit == UnitCost.Requests ? Says.Left(stated) : (Says.Left(stated) + (Thousand / 2)) / Thousand * Thousand;

    private static string? Together(Saying saying, Func<StatedLimit[], string> write) =>
        saying.LimitOf("input-tokens") is { } input && saying.LimitOf("output-tokens") is { } output ? write([input, output]) : null;
}
