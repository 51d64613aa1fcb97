using System.Collections.Immutable;

namespace RateLimited.Http.Configuration.Presets;

/// <summary>X's API v2: windows of 15 minutes for each endpoint, and for each user or the app. Figures: xdevplatform/docs, 2026-08-22.</summary>
internal static class X
{
    private static readonly Source Docs = Source.Docs("xdevplatform/docs, rate limits", "2026-08-22");

    private static readonly ImmutableArray<PresetLimit> FullArchive = [new("1/second", Docs), new("300/15min fixed announced", Docs)];

    public static Preset Preset { get; } = new("x")
    {
        Title = "X (Twitter), v2",
        Aliases = ["twitter"],
        Dialect = "x",
        Key = PresetKey.Bearer,
        Counts = "Windows of 15 minutes that begin with the first request, for each endpoint and user or app; beside them 24 hours.",
        CountsSource = Source.Traffic("89 of 90 responses that were first in their window"),
        Forbidden = "The app or the user may not do this; it is no limit.",
        Notes =
        [
            "Pay-per-use is capped at 3 million posts read a month: the refusal's type ends with `usage-capped`, and the quota returns with the month.",
            "The limits of `user` hold for each user: where a program acts for several, write them `per tenant`.",
            "Each page of a list is a request.",
        ],
        Tiers =
        [
            new("app")
            {
                For = "the app's own bearer token",
                Endpoints =
                [
                    In15Minutes("GET /2/tweets", 3500),
                    In15Minutes("GET /2/tweets/{id}", 450),
                    In15Minutes("GET /2/tweets/search/recent", 450),
                    PresetEndpoint.Limited("GET /2/tweets/search/all", FullArchive),
                    PresetEndpoint.Limited("POST /2/tweets", AppDay("10000")),
                    In15Minutes("GET /2/users", 300),
                    In15Minutes("GET /2/users/{id}", 300),
                    PresetEndpoint.Limited("POST /2/media/upload", AppDay("50000")),
                ],
            },
            new("user")
            {
                For = "one user's token",
                Limits =
                [
                    new("15 messages/15min fixed announced", Docs),
                    new("1440 messages/day fixed announced", Docs) { Name = "user-24hour" },
                ],
                Endpoints =
                [
                    In15Minutes("GET /2/tweets", 5000),
                    In15Minutes("GET /2/tweets/{id}", 900),
                    In15Minutes("GET /2/tweets/search/recent", 300),
                    PresetEndpoint.Limited("GET /2/tweets/search/all", FullArchive),
                    PresetEndpoint.Limited("POST /2/tweets", new("100/15min fixed announced", Docs), AppDay("10000")),
                    In15Minutes("GET /2/users", 900),
                    In15Minutes("GET /2/users/{id}", 900),
                    PresetEndpoint.Limited("POST /2/media/upload", new("500/15min fixed announced", Docs), AppDay("50000")),
                    PresetEndpoint.Costing("POST /2/dm_conversations/*", Docs, new UnitCost("messages", 1)),
                ],
            },
        ],
    };

    private static PresetEndpoint In15Minutes(string template, int quota) => PresetEndpoint.Limited(template, new PresetLimit($"{quota}/15min fixed announced", Docs));

    private static PresetLimit AppDay(string quota) => new($"{quota}/day fixed announced", Docs) { Name = "app-24hour" };
}
