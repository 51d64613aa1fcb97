using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Google's: no headers, the body says it all. Gemini counts requests by the minute and by Pacific days (the figures are an example), YouTube units by Pacific days.</summary>
internal static class Google
{
    private const string Units = "units";

    private static readonly string[] Searches = ["GET /youtube/v3/search"];
    private static readonly string[] Uploads = ["POST /upload/youtube/v3/videos"];

    private static readonly WindowAlignment PacificMidnight = WindowAlignment.Midnight(TimeZoneInfo.FindSystemTimeZoneById("America/Los_Angeles"));

    public static Provider Gemini { get; } = new("gemini")
    {
        Aliases = ["google"],
        Tiers =
        [
            new("",
            [
                UpstreamLimit.FixedWindow(15, FromMinutes(1)) with { Name = "GenerateRequestsPerMinutePerProjectPerModel-FreeTier" },
                UpstreamLimit.FixedWindow(1_000, FromDays(1), PacificMidnight) with { Name = "GenerateRequestsPerDayPerProjectPerModel-FreeTier" },
            ]),
        ],
        Refuse = static saying => new Refused(429,
            $$$$"""{"error":{"code":429,"message":"You exceeded your current quota.","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"{{{{saying.Refusal?.Reason}}}}"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"{{{{Written.Seconds(saying.Wait ?? Zero)}}}}s"}]}}"""),
    };

    public static Provider YouTube { get; } = new("youtube")
    {
        Tiers =
        [
            new("own-quotas",
            [
                Daily with { Except = [.. Searches, .. Uploads] },
                UpstreamLimit.FixedWindow(100, FromDays(1), PacificMidnight) with { Name = "searches", Endpoints = Searches },
                UpstreamLimit.FixedWindow(100, FromDays(1), PacificMidnight) with { Name = "uploads", Endpoints = Uploads },
            ]),
            new("one-quota", [Daily]),
        ],
        Costs =
        [
            new("GET /youtube/v3/search", Units, 100), new("POST /upload/youtube/v3/videos", Units, 1600), new("GET /youtube/v3/captions", Units, 50), new("POST /upload/youtube/v3/captions", Units, 400),
            new("PUT /upload/youtube/v3/captions", Units, 450), new("GET /youtube/v3/*", Units, 1), new("* /youtube/v3/*", Units, 50), new("* /upload/youtube/v3/*", Units, 50),
        ],
        Refuse = static _ => new Refused(403,
            """{"error":{"code":403,"message":"The request cannot be completed because you have exceeded your quota.","errors":[{"message":"Quota exceeded.","domain":"youtube.quota","reason":"quotaExceeded"}]}}"""),
    };

    private static UpstreamLimit Daily => UpstreamLimit.FixedWindow(10_000, FromDays(1), PacificMidnight, Units) with { Name = "daily" };
}
