using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>TikTok: a minute that slides, for each endpoint; a code in the body alone.</summary>
internal static class TikTok
{
    public static Provider Provider { get; } = new("tiktok")
    {
        Tiers =
        [
            new("",
            [
                UpstreamLimit.SlidingLog(600, FromMinutes(1)) with { Endpoints = ["* /v2/user/info", "* /v2/video/query", "* /v2/video/list"], By = CountedBy.Key | CountedBy.Endpoint },
            ]),
        ],
        Refuse = static _ => new Refused(429, """{"error":{"code":"rate_limit_exceeded","message":"The API rate limit was exceeded. Please try again later.","log_id":"1"}}"""),
    };
}
