using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Notion: a budget for each 60 s of a connection, and one of the workspace that its connections share; <c>Retry-After</c> alone. The workspace's figure is an example.</summary>
internal static class Notion
{
    public static Provider Provider { get; } = new("notion")
    {
        Tiers =
        [
            new("",
            [
                UpstreamLimit.FixedWindow(180, FromMinutes(1)) with { Name = "connection" },
                UpstreamLimit.FixedWindow(720, FromMinutes(1)) with { Name = "workspace", By = CountedBy.Organisation },
            ]),
        ],
        Headers = [HeaderLine.RetryAfter(Written.Seconds)],
        Refuse = static saying => new Refused(429,
            $$$"""{"object":"error","status":429,"code":"rate_limited","message":"You have been rate limited. Please try again in a few minutes.","additional_data":{"rate_limit_reason":"{{{saying.Refusal?.Reason}}}_limit"}}"""),
    };
}
