using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Signals.Dialects;

/// <summary>HubSpot: a day's limit, which ends at midnight where the account is and says no reset, and a short one.</summary>
internal static class HubSpot
{
    public static HeaderDialect Dialect { get; } = new("hubspot")
    {
        Rules =
        [
            new(HeaderField.Limit, "x-hubspot-ratelimit-daily") { Limit = "daily", Window = TimeSpan.FromDays(1) },
            new(HeaderField.Remaining, "x-hubspot-ratelimit-daily-remaining") { Limit = "daily", Window = TimeSpan.FromDays(1) },
            new(HeaderField.Limit, "x-hubspot-ratelimit-secondly") { Limit = "secondly", Window = TimeSpan.FromSeconds(1) },
            new(HeaderField.Remaining, "x-hubspot-ratelimit-secondly-remaining") { Limit = "secondly", Window = TimeSpan.FromSeconds(1) },
            new(HeaderField.Limit, "x-hubspot-ratelimit-max"),
            new(HeaderField.Remaining, "x-hubspot-ratelimit-remaining"),
            new(HeaderField.Window, "x-hubspot-ratelimit-interval-milliseconds", ValueFormat.Milliseconds),
        ],
        DayEnds = QuotaHorizon.AccountMidnight,
    };
}
