namespace RateLimited.Http.Configuration.Presets;

/// <summary>Google's Gemini: requests and tokens of a minute and a day for each project and model. The figures stand in AI Studio alone, and no header tells them.</summary>
internal static class Gemini
{
    public static Preset Preset { get; } = new("gemini")
    {
        Title = "Gemini",
        Dialect = "google",
        Key = new("x-goog-api-key", "{key}"),
        Counts = "Requests and tokens of a minute and of a day, for each project and model, in tiers from Free to 3.",
        CountsSource = Source.Page("pages about AI Studio"),
        Forbidden = "A quota if its reason says so; else the key or the country may not do this.",
        Notes =
        [
            "No header tells a limit: without `Limits` of your own the first sign of one is a 429. Yours are shown in AI Studio.",
            "A quota whose id says `PerDay` is used up until midnight Pacific time; one that says `PerMinute` comes with a `retryDelay`.",
        ],
    };
}
