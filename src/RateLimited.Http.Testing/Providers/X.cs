using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>X: windows of 15 minutes that begin with the first request (89 of 90 recorded), for each endpoint; beside them 24 hours. Its <c>Date</c> has another zone's name.</summary>
internal static class X
{
    public static Provider Provider { get; } = new("x")
    {
        Aliases = ["twitter"],
        Tiers =
        [
            new("app",
            [
                Window(3_500, "GET /2/tweets"), Window(450, "GET /2/tweets/{id}"), Window(450, "GET /2/tweets/search/recent"), Window(300, "GET /2/users"), Window(300, "GET /2/users/{id}"),
                Window(300, "GET /2/tweets/search/all"), UpstreamLimit.SlidingLog(1, FromSeconds(1)) with { Name = "search-second", Endpoints = ["GET /2/tweets/search/all"], IsHidden = true },
                Day("app-24hour", 10_000, "POST /2/tweets"), Day("app-24hour", 50_000, "POST /2/media/upload"),
            ]),
            new("user",
            [
                Window(5_000, "GET /2/tweets"), Window(900, "GET /2/tweets/{id}"), Window(300, "GET /2/tweets/search/recent"), Window(900, "GET /2/users"), Window(900, "GET /2/users/{id}"),
                Window(300, "GET /2/tweets/search/all"), UpstreamLimit.SlidingLog(1, FromSeconds(1)) with { Name = "search-second", Endpoints = ["GET /2/tweets/search/all"], IsHidden = true },
                Window(100, "POST /2/tweets"), Day("app-24hour", 10_000, "POST /2/tweets"), Window(500, "POST /2/media/upload"), Day("app-24hour", 50_000, "POST /2/media/upload"),
                Window(15, "POST /2/dm_conversations/*"), Day("user-24hour", 1_440, "POST /2/dm_conversations/*"),
            ]),
        ],
        Headers =
        [
            .. Lines("requests", "x-rate-limit"), .. Lines("app-24hour", "x-app-limit-24hour"), .. Lines("user-24hour", "x-user-limit-24hour"), .. Lines("media", "x-mediaratelimit"),
            new("x-mediaratelimit-class", static (_, _) => "photos") { Of = "media" },
        ],
        Oddities = Oddities.UtcDate,
        Refuse = static saying => saying.Refusal?.Limit is { } limit && limit.Name.EndsWith("month", StringComparison.Ordinal)
            ? new Refused(429, """{"title":"UsageCapExceeded","detail":"Usage cap exceeded: Monthly product cap","type":"https://api.twitter.com/2/problems/usage-capped"}""")
            : new Refused(429, """{"title":"Too Many Requests","detail":"Too Many Requests","type":"https://api.twitter.com/2/problems/rate-limit-exceeded","status":429}"""),
    };

    private static IEnumerable<HeaderLine> Lines(string limit, string prefix) =>
        HeaderLine.Triple($"{prefix}-limit", $"{prefix}-remaining", $"{prefix}-reset", Says.ResetAt(Written.EpochSeconds)).Select(line => line with { Of = limit });

    private static UpstreamLimit Window(long quota, string endpoint) =>
        UpstreamLimit.FixedWindow(quota, FromMinutes(15), WindowAlignment.FirstUse) with { Endpoints = [endpoint], By = CountedBy.Key | CountedBy.Endpoint };

    private static UpstreamLimit Day(string name, long quota, string endpoint) =>
        UpstreamLimit.FixedWindow(quota, FromDays(1), WindowAlignment.FirstUse) with { Name = name, Endpoints = [endpoint], By = CountedBy.Key | CountedBy.Endpoint };
}
