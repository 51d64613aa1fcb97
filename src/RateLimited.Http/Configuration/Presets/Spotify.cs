namespace RateLimited.Http.Configuration.Presets;

/// <summary>Spotify: 30 seconds that slide, by a number that is not published.</summary>
internal static class Spotify
{
    public static Preset Preset { get; } = new("spotify")
    {
        Title = "Spotify",
        Dialect = "spotify",
        Key = PresetKey.Bearer,
        Counts = "30 seconds that slide, for each app; a refusal that is ignored extends the next.",
        CountsSource = Source.Docs("developer.spotify.com, by way of exportify#63"),
        Forbidden = "The user or the app's mode does not allow this; it is no limit.",
        Notes =
        [
            "No header tells the limit: without `Limits` of your own the first sign of it is a 429.",
            "Its `Retry-After` runs from 0, which says nothing, to 13 hours: `MaxHint` bounds what is waited for.",
        ],
    };
}
