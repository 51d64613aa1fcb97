namespace RateLimited.Http.Configuration.Presets;

/// <summary>
/// Anthropic: requests, input and output tokens of an organisation and model. Figures: docs.anthropic.com and support.claude.com, and pages that quote them, of 2026-10-17; they differ between
/// models, so that every response is the better source.
/// </summary>
internal static class Anthropic
{
    private static readonly Source Docs = Source.Docs("docs.anthropic.com, rate limits (a mirror, before the tiers were renamed in 2026)");
    private static readonly Source Page = Source.Page("developersdigest, for one model", "2026-10-17");

    public static Preset Preset { get; } = new("anthropic")
    {
        Title = "Anthropic",
        Aliases = ["claude"],
        Dialect = "anthropic",
        Key = new("x-api-key", "{key}"),
        Counts = "Buckets that refill continuously, for each organisation and model; the reset in the headers is when they are full.",
        CountsSource = Source.Traffic("80 responses, and docs.anthropic.com", "2024 to 2026"),
        Forbidden = "The key may not do this (`permission_error`); it is no limit.",
        Notes =
        [
            "Input tokens are those of the prompt and of cache writes; cache reads are not counted for most models. Output tokens are estimated from `max_tokens` and corrected at the end.",
            "Tokens in headers are rounded to thousands, and resets may have passed.",
            "`Retry-After` comes on successes too, where it means nothing. 529 is an overloaded upstream, not a limit.",
            "Since 2026 the tiers are called Start, Build, Scale, Custom and Evaluation (support.claude.com); no figures of the others are known.",
        ],
        Tiers =
        [
            PresetTier.Discovered,
            new("start")
            {
                For = "the tier Start, for one model",
                Limits =
                [
                    new("1000/minute token-bucket", Page) { Name = "requests" },
                    new("500000 input-tokens/minute token-bucket", Page) { Name = "input-tokens" },
                    new("100000 output-tokens/minute token-bucket", Page) { Name = "output-tokens" },
                ],
            },
            new("scale")
            {
                For = "the tier Scale, for one model",
                Limits =
                [
                    new("4000/minute token-bucket", Page) { Name = "requests" },
                    new("4000000 input-tokens/minute token-bucket", Page) { Name = "input-tokens" },
                    new("800000 output-tokens/minute token-bucket", Page) { Name = "output-tokens" },
                ],
            },
            new("tier-1")
            {
                For = "the former tier 1, at its lowest",
                Limits =
                [
                    new("50/minute token-bucket", Docs) { Name = "requests" },
                    new("30000 input-tokens/minute token-bucket", Docs) { Name = "input-tokens" },
                    new("8000 output-tokens/minute token-bucket", Docs) { Name = "output-tokens" },
                ],
            },
        ],
    };
}
