namespace RateLimited.Http.Configuration.Presets;

/// <summary>Confluence and Jira Data Center: a token bucket that each response describes in full.</summary>
internal static class Confluence
{
    public static Preset Preset { get; } = new("confluence")
    {
        Title = "Confluence and Jira, Data Center",
        Dialect = "confluence",
        Key = PresetKey.Bearer,
        Counts = "A token bucket for each user: so much more every interval, up to the limit.",
        CountsSource = Source.Docs("confluence.atlassian.com"),
        Forbidden = "The user may not do this; it is no limit.",
        Notes = ["`Retry-After: 0` comes on every success, where it means nothing."],
    };
}
