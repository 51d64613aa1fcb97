namespace RateLimited.Http.Configuration.Presets;

/// <summary>Azure OpenAI: a deployment has the tokens it was given, and requests in proportion. Figures: Microsoft's quota page, 2025-01-09, and recorded traffic, 2026-03.</summary>
internal static class AzureOpenAI
{
    public static Preset Preset { get; } = new("azure-openai")
    {
        Title = "Azure OpenAI",
        Dialect = "azure-openai",
        Key = new("api-key", "{key}"),
        Counts = "For each deployment, tokens by an estimate that starts anew each minute, requests in slices of 1 s or 10 s.",
        CountsSource = Source.Docs("learn.microsoft.com, Azure OpenAI quota", "2025-01-09"),
        Forbidden = "The key or the network may not do this; it is no limit.",
        Notes =
        [
            "1 000 tokens a minute come with 6 requests a minute (older chat models), 6 000 with one (o1).",
            "The estimate is prompt plus `max_tokens` plus `best_of`.",
            "Resets come in bare milliseconds; a limit of -1 says nothing.",
        ],
    };
}
