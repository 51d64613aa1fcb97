namespace RateLimited.Http.Configuration.Presets;

/// <summary>GitLab as one runs it oneself, with the defaults of its administrators' page, where limits are switched on. Figures: docs.gitlab.com.</summary>
internal static class GitLab
{
    private static readonly Source Docs = Source.Docs("docs.gitlab.com, user and IP rate limits");

    public static Preset Preset { get; } = new("gitlab")
    {
        Title = "GitLab, self-managed",
        Dialect = "gitlab",
        Key = new("PRIVATE-TOKEN", "{key}"),
        Counts = "Windows of an hour; the headers speak of the throttle that is closest, and limits of the application show in none.",
        CountsSource = Docs,
        Forbidden = "The token may not do this, or the address is blocked after many failures; it is no limit.",
        Notes = ["An administrator can set others, and switches them on: they are off by default. gitlab.com has its own."],
        Tiers =
        [
            new("user") { For = "a user", Limits = [new("7200/hour fixed announced", Docs)] },
            new("unauthenticated") { For = "an address", Limits = [new("3600/hour fixed announced", Docs)] },
        ],
    };
}
