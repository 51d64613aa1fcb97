using System.Globalization;
using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>
/// OpenAI: buckets that refill continuously, one of requests and one of tokens, for each organisation. Resets are when they are full, cut to the millisecond (594 of 596 recorded responses).
/// The figures are those of one recorded account.
/// </summary>
internal static class OpenAI
{
    public static Provider Provider { get; } = new("openai")
    {
        Tiers =
        [
            new("",
            [
                UpstreamLimit.TokenBucket(500, FromMinutes(1)) with { By = CountedBy.Organisation },
                UpstreamLimit.TokenBucket(200_000, FromMinutes(1), unit: "tokens") with { By = CountedBy.Organisation },
            ]),
        ],
        Headers = [.. Lines, HeaderLine.RetryAfter(Written.Seconds), HeaderLine.RetryAfter(Written.Milliseconds, "retry-after-ms")],
        Refuse = Refuse,
        Answer = OpenAIShape.Instance,
    };

    /// <summary>The headers that others have copied.</summary>
    internal static IReadOnlyList<HeaderLine> Lines =>
        HeaderLine.Triple("x-ratelimit-limit-{limit}", "x-ratelimit-remaining-{limit}", "x-ratelimit-reset-{limit}", Says.Reset(Written.GoDuration));

    internal static Refused Refuse(Saying saying)
    {
        var (unit, quota) = saying.Refusal?.Limit is { } limit && saying.LimitOf(limit.Name) is { } stated ? (limit.Unit, stated.Reading.Quota) : (UnitCost.Requests, 0);
        var message = string.Create(CultureInfo.InvariantCulture, $"Rate limit reached on {unit} per min: Limit {quota}. Please try again in {Written.GoDuration(saying.Wait ?? Zero)}.");
        return new Refused(429, $$$"""{"error":{"message":"{{{message}}}","type":"{{{unit}}}","param":null,"code":"rate_limit_exceeded"}}""");
    }
}
