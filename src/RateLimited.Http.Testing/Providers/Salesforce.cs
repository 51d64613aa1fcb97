using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Salesforce: used and quota of 24 hours in one header; a 403 when they are used up. The figure is an example.</summary>
internal static class Salesforce
{
    public static Provider Provider { get; } = new("salesforce")
    {
        Tiers = [new("", [UpstreamLimit.SlidingLog(5_000, FromDays(1)) with { Name = "api-usage", By = CountedBy.Organisation }])],
        Headers = [new("sforce-limit-info", static (_, stated) => $"api-usage={stated.Reading.Quota - Says.Left(stated)}/{stated.Reading.Quota}")],
        Refuse = static _ => new Refused(403, """[{"message":"TotalRequests Limit exceeded.","errorCode":"REQUEST_LIMIT_EXCEEDED"}]"""),
    };
}
