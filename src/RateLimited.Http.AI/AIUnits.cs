namespace RateLimited.Http.AI;

/// <summary>The units that requests to models are charged in, as limits write them: <c>150000 tokens/minute</c>, <c>20 usd/day fixed</c>. Each counts beside <c>requests</c>.</summary>
public static class AIUnits
{
    /// <summary>Tokens of the prompt and of the answer together.</summary>
    public const string Tokens = "tokens";

    /// <summary>Tokens of the prompt, without those that come from a cache where the provider leaves them out.</summary>
    public const string InputTokens = "input-tokens";

    /// <summary>Tokens of the answer.</summary>
    public const string OutputTokens = "output-tokens";

    /// <summary>Images that are made.</summary>
    public const string Images = "images";

    /// <summary>Images in prompts.</summary>
    public const string InputImages = "input-images";

    /// <summary>Seconds of audio, begun ones counted.</summary>
    public const string AudioSeconds = "audio-seconds";

    /// <summary>Minutes of audio, counted in thousandths.</summary>
    public const string AudioMinutes = "audio-minutes";

    /// <summary>US dollars by the price table, counted in millionths.</summary>
    public const string Usd = "usd";
}
