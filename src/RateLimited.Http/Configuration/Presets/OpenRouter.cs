namespace RateLimited.Http.Configuration.Presets;

/// <summary>OpenRouter: its own limits and those of the providers behind it, which the body of a refusal tells apart.</summary>
internal static class OpenRouter
{
    public static Preset Preset { get; } = new("openrouter")
    {
        Title = "OpenRouter",
        Dialect = "openrouter",
        Key = PresetKey.Bearer,
        Counts = "Free models by the day; others by the credit of the account. A refusal that names a provider is that provider's and not the key's.",
        CountsSource = Source.Issue("langwatch#7027"),
        Forbidden = "The input was refused by moderation, or the key may not do this; it is no limit.",
        Notes = ["Few responses carry headers: without `Limits` of your own the first sign of a limit may be a 429."],
    };
}
