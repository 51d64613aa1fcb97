using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Docker Hub: pulls in six hours that slide; the window is a parameter of the quota and of what remains.</summary>
internal static class DockerHub
{
    public static Provider Provider { get; } = new("docker-hub")
    {
        Tiers = [Of("unauthenticated", 100), Of("personal", 200)],
        Headers =
        [
            new("ratelimit-limit", static (saying, stated) => WithWindow(Says.Limit(saying, stated), stated)),
            new("ratelimit-remaining", static (saying, stated) => WithWindow(Says.Remaining(saying, stated), stated)),
            HeaderLine.OfResponse("docker-ratelimit-source", static saying => saying.Limits.Count > 0 ? "192.0.2.1" : null),
        ],
        Refuse = static _ => new Refused(429, """{"errors":[{"code":"TOOMANYREQUESTS","message":"You have reached your pull rate limit."}]}"""),
    };

    private static Tier Of(string name, long quota) => new(name, [UpstreamLimit.SlidingLog(quota, FromHours(6)) with { Endpoints = ["GET /v2/{namespace}/{repository}/manifests/{reference}"] }]);

    private static string WithWindow(string? count, StatedLimit stated) => $"{count};w={Written.Seconds(stated.Reading.Window)}";
}
