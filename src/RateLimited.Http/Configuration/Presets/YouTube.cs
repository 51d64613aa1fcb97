using System.Collections.Immutable;

namespace RateLimited.Http.Configuration.Presets;

/// <summary>YouTube's Data API v3: units of a day that ends at midnight in California. Figures: developers.google.com/youtube; search and uploads had no quota of their own before.</summary>
internal static class YouTube
{
    private const string Units = "units";

    private static readonly Source Docs = Source.Docs("developers.google.com/youtube, determine quota cost");
    private static readonly Source Older = Source.Docs("the same page, older versions");

    private static readonly PresetLimit Daily = new("10000 units/day fixed America/Los_Angeles", Docs) { Name = "daily" };

    private static readonly ImmutableArray<PresetEndpoint> Costs =
    [
        Cost("GET /youtube/v3/*", 1),
        Cost("POST /youtube/v3/*", 50),
        Cost("PUT /youtube/v3/*", 50),
        Cost("DELETE /youtube/v3/*", 50),
        Cost("GET /youtube/v3/captions", 50),
        Cost("POST /upload/youtube/v3/captions", 400),
        Cost("PUT /upload/youtube/v3/captions", 450),
        Cost("DELETE /youtube/v3/captions", 50),
        Cost("POST /upload/youtube/v3/*", 50),
        Cost("PUT /upload/youtube/v3/*", 50),
    ];

    public static Preset Preset { get; } = new("youtube")
    {
        Title = "YouTube Data API v3",
        Dialect = "google",
        Key = new("key", "{key}") { IsInQuery = true },
        Counts = "Units of a project in a day that ends at midnight Pacific time.",
        CountsSource = Docs,
        Forbidden = "`quotaExceeded`: the day's quota is used up until midnight Pacific time. `rateLimitExceeded` and `userRateLimitExceeded`: too fast. Else the key may not do this.",
        Notes =
        [
            "Every page of a list costs again, and a request that is not valid costs a unit at least.",
            "A quota that was extended on request is set with `Limits`.",
        ],
        Tiers =
        [
            new("own-quotas")
            {
                For = "search and uploads with quotas of their own, as it is now",
                Limits = [Daily],
                Endpoints =
                [
                    .. Costs,
                    new("GET /youtube/v3/search")
                    {
                        Limits = [new("100/day fixed America/Los_Angeles", Docs)],
                        Costs = [new(Units, 0)],
                        CostSource = Docs,
                    },
                    new("POST /upload/youtube/v3/videos")
                    {
                        Limits = [new("100/day fixed America/Los_Angeles", Docs)],
                        Costs = [new(Units, 0)],
                        CostSource = Docs,
                    },
                ],
            },
            new("one-quota")
            {
                For = "all in one quota, as it was before",
                Limits = [Daily],
                Endpoints =
                [
                    .. Costs,
                    PresetEndpoint.Costing("GET /youtube/v3/search", Older, new UnitCost(Units, 100)),
                    PresetEndpoint.Costing("POST /upload/youtube/v3/videos", Older, new UnitCost(Units, 1600)),
                ],
            },
        ],
    };

    private static PresetEndpoint Cost(string template, long units) => PresetEndpoint.Costing(template, Docs, new UnitCost(Units, units));
}
