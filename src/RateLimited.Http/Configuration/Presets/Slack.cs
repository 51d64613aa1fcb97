using System.Collections.Immutable;

namespace RateLimited.Http.Configuration.Presets;

/// <summary>
/// Slack's Web API: each method has a class, counted for each workspace and app. Figures: docs.slack.dev; reading conversations is much slower for apps that are sold outside the
/// Marketplace since 2025-05-29.
/// </summary>
internal static class Slack
{
    private static readonly Source Docs = Source.Docs("docs.slack.dev/apis/web-api/rate-limits");
    private static readonly Source Methods = Source.Unverified("the methods' pages: rates from docs.slack.dev, the method's class not checked");
    private static readonly Source History = Source.Docs("docs.slack.dev/reference/methods/conversations.history");
    private static readonly Source Restricted = Source.Docs("docs.slack.dev/reference/methods/conversations.history", "2025-05-29");

    private static readonly ImmutableArray<PresetEndpoint> Endpoints =
    [
        PresetEndpoint.Limited("* /api/chat.postMessage", new PresetLimit("1/second per name", Docs)),
        Method("conversations.list", 20),
        Method("users.list", 20),
        Method("search.messages", 20),
        Method("conversations.info", 50),
        Method("chat.update", 50),
        Method("chat.delete", 50),
        Method("reactions.add", 50),
        Method("users.lookupByEmail", 50),
        Method("conversations.members", 100),
        Method("users.info", 100),
    ];

    public static Preset Preset { get; } = new("slack")
    {
        Title = "Slack",
        Dialect = "slack",
        Key = PresetKey.Bearer,
        Counts = "Each method for each workspace and app, by the minute, with bursts tolerated: class 1 allows 1 and more, class 2 20, class 3 50, class 4 100.",
        CountsSource = Docs,
        Forbidden = "Slack refuses with status 200 and an error in the body; a 403 is no limit.",
        Notes =
        [
            "Posting is counted for each channel: name it with `WithPartition(channel)`. A request without a name is not counted.",
            "Methods that are not listed have no limit here: give them theirs under `Endpoints`.",
            "Several workspaces are several services, or limits `per tenant`.",
        ],
        Tiers =
        [
            new("internal") { For = "an internal app, or one of the Marketplace", Endpoints = [.. Endpoints, .. Reading("50/minute", History)] },
            new("non-marketplace") { For = "an app that is sold outside the Marketplace", Endpoints = [.. Endpoints, .. Reading("1/minute", Restricted)] },
        ],
    };

    private static PresetEndpoint Method(string method, int quota) => PresetEndpoint.Limited($"* /api/{method}", new PresetLimit($"{quota}/minute", Methods));

    private static ImmutableArray<PresetEndpoint> Reading(string limit, Source source) =>
    [
        PresetEndpoint.Limited("* /api/conversations.history", new PresetLimit(limit, source)),
        PresetEndpoint.Limited("* /api/conversations.replies", new PresetLimit(limit, source)),
    ];
}
