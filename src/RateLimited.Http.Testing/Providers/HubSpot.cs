using RateLimited.Http.Testing.Dialects;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Testing.Models;
using static System.TimeSpan;

namespace RateLimited.Http.Testing.Providers;

/// <summary>HubSpot: ten seconds that slide, a day that ends at the portal's midnight (here Berlin's), searches by the second.</summary>
internal static class HubSpot
{
    private const string Daily = "daily";

    private static readonly WindowAlignment PortalMidnight = WindowAlignment.Midnight(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

    public static Provider Provider { get; } = new("hubspot")
    {
        Tiers = [Of("starter", 100, 250_000), Of("professional", 150, 500_000)],
        Headers =
        [
            new("x-hubspot-ratelimit-daily", Says.Limit) { Of = Daily }, new("x-hubspot-ratelimit-daily-remaining", Says.Remaining) { Of = Daily },
            new("x-hubspot-ratelimit-max", Says.Limit) { Of = UnitCost.Requests }, new("x-hubspot-ratelimit-remaining", Says.Remaining) { Of = UnitCost.Requests },
            new("x-hubspot-ratelimit-interval-milliseconds", Says.Window(Written.Milliseconds)) { Of = UnitCost.Requests },
        ],
        Refuse = static saying =>
        {
            var (policy, words) = saying.Refusal?.Reason switch
            {
                Daily => ("DAILY", "daily limit"),
                "search" => ("SECONDLY", "secondly limit"),
                _ => ("TEN_SECONDLY_ROLLING", "ten_secondly_rolling limit"),
            };
            return new Refused(429, $$"""{"status":"error","message":"You have reached your {{words}}.","errorType":"RATE_LIMIT","correlationId":"1","policyName":"{{policy}}"}""");
        },
    };

    private static Tier Of(string name, long quota, long daily) => new(name,
    [
        UpstreamLimit.SlidingLog(quota, FromSeconds(10)),
        UpstreamLimit.FixedWindow(daily, FromDays(1), PortalMidnight) with { Name = Daily },
        UpstreamLimit.SlidingLog(4, FromSeconds(1)) with { Name = "search", Endpoints = ["POST /crm/v3/objects/{type}/search"], IsHidden = true },
    ]);
}
