using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Dialects;

/// <summary>Microsoft Graph: Retry-After, and near the limit how much of it is in use.</summary>
internal static class MicrosoftGraph
{
    public static HeaderDialect Dialect { get; } = new("microsoft-graph")
    {
        Rules =
        [
            new(HeaderField.Load, "x-ms-throttle-limit-percentage"),
            new(HeaderField.Cost, "x-ms-resource-unit") { Unit = "resource-units" },
            new(HeaderField.Scope, "x-ms-throttle-scope"),
            new(HeaderField.Reason, "x-ms-throttle-information"),
        ],
        Statuses = [new(504, ResponseKind.Overloaded, ResponseScope.Service), new(509, ResponseKind.Limited, ResponseScope.Key)],
    };
}
