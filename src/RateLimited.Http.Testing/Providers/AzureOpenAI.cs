using RateLimited.Http.Testing.Answers;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>
/// Azure's OpenAI: tokens counted anew each minute by an estimate, requests besides in slices of ten seconds that no header shows; the headers speak as if it were a bucket, in bare
/// milliseconds (48 of 48 recorded responses).
/// </summary>
internal static class AzureOpenAI
{
    public static Provider Provider { get; } = new("azure-openai")
    {
        Tiers =
        [
            new("",
            [
                UpstreamLimit.FixedWindow(120, FromMinutes(1)),
                UpstreamLimit.FixedWindow(20, FromSeconds(10)) with { Name = "slice", IsHidden = true },
                UpstreamLimit.FixedWindow(120_000, FromMinutes(1), unit: "tokens"),
            ]),
        ],
        Headers =
        [
            .. HeaderLine.Triple("x-ratelimit-limit-{limit}", "x-ratelimit-remaining-{limit}", "x-ratelimit-reset-{limit}", Says.UntilFull(Written.NearestMilliseconds)),
            new("x-ratelimit-renewalperiod-{limit}", Says.Window(Written.Seconds)),
            HeaderLine.OfResponse("x-ratelimit-abusepenalty-active", static _ => "False"),
            HeaderLine.RetryAfter(Written.Seconds),
            HeaderLine.RetryAfter(Written.Milliseconds, "retry-after-ms"),
        ],
        Refuse = static saying => new Refused(429,
            $$$"""{"error":{"code":"429","message":"Requests have exceeded the {{{(saying.Refusal?.Limit?.Unit == "tokens" ? "token" : "call")}}} rate limit of your current pricing tier. Please retry after {{{Written.Seconds(saying.Wait ?? Zero)}}} seconds."}}"""),
        Answer = OpenAIShape.Instance,
    };
}
