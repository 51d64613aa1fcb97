namespace RateLimited.Http.Configuration.Presets;

/// <summary>Together: the common headers, with a wait in seconds.</summary>
internal static class Together
{
    public static Preset Preset { get; } = new("together")
    {
        Title = "Together",
        Dialect = "together",
        Key = PresetKey.Bearer,
        Counts = "Requests in short windows that the headers tell.",
        CountsSource = Source.Traffic("6 responses"),
        Forbidden = "The key may not do this; it is no limit.",
    };
}
