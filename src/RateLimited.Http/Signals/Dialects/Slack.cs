using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Dialects;

/// <summary>Slack: Retry-After alone; per method, workspace and app.</summary>
internal static class Slack
{
    public static HeaderDialect Dialect { get; } = new("slack")
    {
        LimitScope = ResponseScope.Endpoint,
        RefusesWithSuccess = true,
    };
}
