namespace RateLimited.Http.Configuration.Presets;

/// <summary>OpenAI: no figures for a tier are published, every response tells them. Seen in recorded traffic: from 200 requests a day to 30 000 a minute and 180 million tokens a minute.</summary>
internal static class OpenAI
{
    public static Preset Preset { get; } = new("openai")
    {
        Title = "OpenAI",
        Dialect = "openai",
        Key = PresetKey.Bearer,
        Counts = "Buckets that refill continuously, one for requests and one for tokens, for each project and model; the reset in the headers is when they are full.",
        CountsSource = Source.Traffic("594 of 596 responses fit", "2023 to 2026"),
        Forbidden = "The country, the project or the key may not do this; it is no limit.",
        Notes =
        [
            "Requests may be counted by the minute or by the day, under the same header names: the window is worked out from the figures.",
            "A 429 with `insufficient_quota` is an unpaid bill: nothing but paying helps.",
            "Embeddings: at most 2 048 inputs in one array, 8 192 tokens each, 300 000 tokens together (openai-python, 2026-08-21).",
            "Limits of audio are not verified.",
        ],
    };
}
