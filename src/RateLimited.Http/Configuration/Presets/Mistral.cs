namespace RateLimited.Http.Configuration.Presets;

/// <summary>Mistral: requests of ten seconds, tokens of a minute and of a month. The headers' names carry the windows.</summary>
internal static class Mistral
{
    public static Preset Preset { get; } = new("mistral")
    {
        Title = "Mistral",
        Dialect = "mistral",
        Key = PresetKey.Bearer,
        Counts = "Requests, tokens of a minute and tokens of a month, whose windows are in the headers' names; no reset is told.",
        CountsSource = Source.Traffic("12 responses"),
        Forbidden = "The key may not do this; it is no limit.",
        Notes = ["A response tells what it did cost: `x-ratelimit-tokens-query-cost`."],
    };
}
