namespace RateLimited.Http.Configuration.Presets;

/// <summary>Cerebras: requests and tokens of a minute, an hour and a day, for each organisation and model. Figures are not published for all.</summary>
internal static class Cerebras
{
    public static Preset Preset { get; } = new("cerebras")
    {
        Title = "Cerebras",
        Dialect = "cerebras",
        Key = PresetKey.Bearer,
        Counts = "By an estimate of the prompt plus `max_completion_tokens`, for each organisation and model, by the minute, the hour and the day.",
        CountsSource = Source.Docs("inference-docs.cerebras.ai"),
        Forbidden = "The key may not do this; it is no limit.",
    };
}
