using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Dialects;

/// <summary>SharePoint: the drafts' names; a 503 means that we are blocked.</summary>
internal static class SharePoint
{
    public static HeaderDialect Dialect { get; } = new("sharepoint")
    {
        Rules =
        [
            .. HeaderDialect.Triple("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", ValueFormat.Seconds),
        ],
        Statuses = [new(503, ResponseKind.Limited, ResponseScope.Key)],
    };
}
