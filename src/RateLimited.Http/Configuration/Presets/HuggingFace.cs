namespace RateLimited.Http.Configuration.Presets;

/// <summary>The Hugging Face hub: fixed windows of 300 s. Seen once: 1 000 requests (recorded); each response tells.</summary>
internal static class HuggingFace
{
    public static Preset Preset { get; } = new("huggingface")
    {
        Title = "Hugging Face",
        Dialect = "huggingface",
        Key = PresetKey.Bearer,
        Counts = "Fixed windows of 300 s.",
        CountsSource = Source.Traffic("one response"),
        Forbidden = "The token may not do this, or the model is gated; it is no limit.",
        Notes = ["The inference router sends `Retry-After` on successes, where it means nothing."],
    };
}
