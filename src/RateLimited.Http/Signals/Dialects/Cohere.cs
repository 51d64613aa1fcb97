using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Dialects;

/// <summary>Cohere: the quota alone, of a minute for trial keys and of a month.</summary>
internal static class Cohere
{
    public static HeaderDialect Dialect { get; } = new("cohere")
    {
        Rules =
        [
            new(HeaderField.Limit, "x-trial-endpoint-call-limit") { Limit = "requests-minute", Window = TimeSpan.FromMinutes(1) },
            new(HeaderField.Limit, "x-endpoint-monthly-call-limit") { Limit = "requests-month", Window = TimeSpan.FromDays(31) },
        ],
        LimitScope = ResponseScope.Endpoint,
    };
}
