using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>Cohere: calls to each endpoint, of a minute for trial keys and of a month. The quotas are told, what remains is not.</summary>
internal static class Cohere
{
    public static Provider Provider { get; } = new("cohere")
    {
        Tiers =
        [
            new("",
            [
                UpstreamLimit.FixedWindow(40, FromMinutes(1)) with { Name = "requests-minute", By = CountedBy.Key | CountedBy.Endpoint },
                UpstreamLimit.FixedWindow(1_000, FromDays(31)) with { Name = "requests-month" },
            ]),
        ],
        Headers =
        [
            new("x-trial-endpoint-call-limit", Says.Limit) { Of = "requests-minute" },
            new("x-endpoint-monthly-call-limit", Says.Limit) { Of = "requests-month" },
        ],
        Refuse = static _ => new Refused(429, """{"message":"You are using a Trial key, which is limited to 40 API calls / minute."}"""),
    };
}
