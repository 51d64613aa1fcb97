namespace RateLimited.Http.Configuration.Presets;

/// <summary>xAI: limits for each team and model. Figures are shown in its console alone, and its headers are not known: what each response's headers look like decides.</summary>
internal static class XAI
{
    public static Preset Preset { get; } = new("xai")
    {
        Title = "xAI",
        Key = PresetKey.Bearer,
        Counts = "For each team and model: requests and tokens.",
        CountsSource = Source.Docs("xAI's documentation"),
        Forbidden = "The key may not do this; it is no limit.",
    };
}
