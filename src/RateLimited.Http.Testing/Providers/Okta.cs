using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Okta: windows of a minute that begin with the first request (276 of 281 recorded), for each endpoint; an epoch, and never a <c>Retry-After</c>. The figure is one of those recorded.</summary>
internal static class Okta
{
    public static Provider Provider { get; } = new("okta")
    {
        Tiers = [new("", [UpstreamLimit.FixedWindow(50, FromMinutes(1), WindowAlignment.FirstUse) with { By = CountedBy.Key | CountedBy.Endpoint }])],
        Headers = [.. HeaderLine.Triple("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset", Says.ResetAt(Written.EpochSeconds))],
        Refuse = static _ => new Refused(429,
            """{"errorCode":"E0000047","errorSummary":"API call exceeded rate limit due to too many requests.","errorLink":"E0000047","errorId":"1","errorCauses":[]}"""),
    };
}
