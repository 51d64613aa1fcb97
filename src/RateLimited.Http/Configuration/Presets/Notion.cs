namespace RateLimited.Http.Configuration.Presets;

/// <summary>Notion: a budget of a minute for each connection, by the workspace's plan, and one for the workspace. Figures: developers.notion.com; the budgets of 2026 are not known to us.</summary>
internal static class Notion
{
    public static Preset Preset { get; } = new("notion")
    {
        Title = "Notion",
        Dialect = "notion",
        Key = PresetKey.Bearer,
        Counts = "A fixed budget for 60 s for each connection, and a limit of the workspace that its connections share.",
        CountsSource = Source.Docs("developers.notion.com/reference/request-limits", "2026"),
        Forbidden = "The connection may not do this; it is no limit.",
        Notes =
        [
            "The figure is that of the older page: three a second on average. Plans with more set `Limits`.",
            "529 is an overloaded upstream, not a limit. The workspace's limit may ask for more than a minute.",
        ],
        Tiers = [new((string?)null) { Limits = [new("180/minute", Source.Docs("developers.notion.com/reference/request-limits, older version"))] }],
    };
}
