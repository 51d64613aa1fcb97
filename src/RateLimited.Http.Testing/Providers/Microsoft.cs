using System.Globalization;
using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>
/// Microsoft's: refused requests count as well. Graph tells <c>Retry-After</c> and, near the limit, how much of it is in use; SharePoint has the drafts' names. The figures are an example.
/// </summary>
internal static class Microsoft
{
    private const double Near = 0.8;

    public static Provider Graph { get; } = new("microsoft-graph")
    {
        Tiers = [new("", [UpstreamLimit.SlidingLog(1_200, FromMinutes(1)) with { CountsRefused = true }])],
        Headers =
        [
            new("x-ms-throttle-limit-percentage", static (_, stated) => Load(stated) is > Near and var load ? load.ToString("0.0##", CultureInfo.InvariantCulture) : null),
            HeaderLine.OfResponse("x-ms-resource-unit", static saying => saying.IsRefusal ? null : "1"),
            HeaderLine.OfResponse("x-ms-throttle-scope", Says.WhenRefused(static _ => "Tenant_Application/ReadWrite/00000000-0000-0000-0000-000000000001")),
            HeaderLine.OfResponse("x-ms-throttle-information", Says.WhenRefused(static _ => "ResourceUnitLimitExceeded")),
            HeaderLine.RetryAfter(Written.Seconds),
        ],
        Refuse = static _ => new Refused(429,
            """{"error":{"code":"activityLimitReached","message":"The request has been throttled","innerError":{"code":"throttledRequest","innerError":{"code":"quota"}}}}"""),
    };

    public static Provider SharePoint { get; } = new("sharepoint")
    {
        Tiers = [new("", [UpstreamLimit.FixedWindow(1_200, FromMinutes(1)) with { CountsRefused = true }])],
        Headers = [.. HeaderLine.Triple("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", Says.Reset(Written.Seconds)), HeaderLine.RetryAfter(Written.Seconds)],
        Refuse = static _ => new Refused(429, """{"error":{"code":"activityLimitReached","message":"The application or user has been throttled."}}"""),
    };

    private static double Load(StatedLimit stated) => (double)stated.Reading.Used / stated.Reading.Quota;
}
