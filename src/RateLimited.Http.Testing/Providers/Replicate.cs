using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Replicate: a class of endpoints each, what remains and a wait, and no quota.</summary>
internal static class Replicate
{
    private static readonly string[] Predictions =
        ["POST /v1/predictions", "POST /v1/models/{owner}/{name}/predictions", "POST /v1/deployments/{owner}/{name}/predictions"];

    public static Provider Provider { get; } = new("replicate")
    {
        Tiers =
        [
            new("",
            [
                UpstreamLimit.TokenBucket(3_000, FromMinutes(1)) with { Except = Predictions },
                UpstreamLimit.TokenBucket(600, FromMinutes(1)) with { Name = "predictions", Endpoints = Predictions },
            ]),
        ],
        Headers = [new("ratelimit-remaining", Says.Remaining), new("ratelimit-reset", Says.Reset(Written.Seconds)), HeaderLine.RetryAfter(Written.Seconds)],
        Refuse = static saying => new Refused(429,
            $$"""{"title":"Too Many Requests","detail":"Request was throttled. Expected available in {{Written.Seconds(saying.Wait ?? Zero)}} seconds.","status":429}"""),
    };
}
