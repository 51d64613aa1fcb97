namespace RateLimited.Http.Configuration.Presets;

/// <summary>Cohere: calls to each endpoint, by the minute for trial keys and by the month. The headers tell the quotas alone.</summary>
internal static class Cohere
{
    public static Preset Preset { get; } = new("cohere")
    {
        Title = "Cohere",
        Dialect = "cohere",
        Key = PresetKey.Bearer,
        Counts = "Calls to each endpoint: of a minute for trial keys, and of a month; what remains is not told.",
        CountsSource = Source.Traffic("41 responses"),
        Forbidden = "The key may not do this; it is no limit.",
    };
}
