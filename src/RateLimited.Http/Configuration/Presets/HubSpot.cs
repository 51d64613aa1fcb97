using System.Collections.Immutable;

namespace RateLimited.Http.Configuration.Presets;

/// <summary>HubSpot: ten seconds that slide, and a day. Figures: a page generated 2026-05-04, and hubspot-api-nodejs#416.</summary>
internal static class HubSpot
{
    private static readonly Source Page = Source.Page("api-evangelist", "2026-05-04");

    private static readonly ImmutableArray<PresetEndpoint> Search =
        [PresetEndpoint.Limited("POST /crm/v3/objects/{type}/search", new PresetLimit("4/second", Source.Issue("hubspot-api-nodejs#416")))];

    public static Preset Preset { get; } = new("hubspot")
    {
        Title = "HubSpot",
        Dialect = "hubspot",
        Key = PresetKey.Bearer,
        Counts = "For each private app and portal: ten seconds that slide, and a day that ends at midnight in the portal's time zone.",
        CountsSource = Source.Docs("developers.hubspot.com, changelog", "2018-11-06"),
        Forbidden = "The app lacks the scope; it is no limit.",
        Notes =
        [
            "The day's limit is held over every 24 hours, since the portal's time zone is not known here: with `Limits` of your own it can be `fixed Europe/Berlin`.",
            "Headers may be missing.",
        ],
        Tiers =
        [
            new("starter") { For = "Free and Starter", Limits = [new("100/10s", Page), Daily("250000/day")], Endpoints = Search },
            new("professional") { For = "Professional and above", Limits = [new("150/10s", Page), Daily("500000/day")], Endpoints = Search },
        ],
    };

    private static PresetLimit Daily(string limit) => new(limit, Page) { Name = "daily" };
}
