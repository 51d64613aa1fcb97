namespace RateLimited.Http.Configuration.Presets;

/// <summary>Jira Cloud: a burst by the second, writes to one issue, and points by the hour (enforced since 2026-03-02 for apps). Figures are the tenant's own; the headers tell.</summary>
internal static class Jira
{
    public static Preset Preset { get; } = new("jira")
    {
        Title = "Jira Cloud",
        Dialect = "jira",
        Key = new("Authorization", "Basic {key}"),
        Counts = "Three limits: a burst by the second for each tenant, endpoint and method; writes to one issue; points by the hour.",
        CountsSource = Source.Docs("developer.atlassian.com", "2026-10"),
        Forbidden = "The user may not do this; it is no limit.",
        Notes =
        [
            "Points are enforced for Forge, Connect and OAuth apps since 2026-03-02; API tokens are exempt.",
            "`{key}` is the address and the token, joined by a colon, in base 64.",
        ],
    };
}
