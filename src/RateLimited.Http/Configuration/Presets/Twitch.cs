namespace RateLimited.Http.Configuration.Presets;

/// <summary>Twitch's Helix: points of a minute for each client, most requests costing one. Figures: third-party pages.</summary>
internal static class Twitch
{
    private static readonly Source Page = Source.Page("pages about Helix");

    public static Preset Preset { get; } = new("twitch")
    {
        Title = "Twitch",
        Dialect = "twitch",
        Key = PresetKey.Bearer,
        Counts = "A bucket of points for each client, and for each user where there is one.",
        CountsSource = Source.Issue("a post in the developers' forum"),
        Forbidden = "The token lacks the scope; it is no limit.",
        Notes = ["A request that costs more than a point says so: `WithCost(\"requests\", …)`.", "The header `Client-Id` is required beside the token."],
        Tiers =
        [
            new("token") { For = "a client with a token", Limits = [new("800/minute", Page)] },
            new("anonymous") { For = "no token", Limits = [new("30/minute", Page)] },
        ],
    };
}
