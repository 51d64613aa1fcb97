namespace RateLimited.Http.AI.Usage;

/// <summary>What a response says that its request used. What it does not say is null.</summary>
/// <param name="Input">Tokens of the prompt, those that came from a cache and those that went into one included.</param>
/// <param name="CacheRead">Of them, those that came from a cache.</param>
/// <param name="CacheWrite">Of them, those that went into one and are charged apart.</param>
/// <param name="Output">Tokens of the answer, those of thinking included.</param>
/// <param name="AudioSeconds">The length of the audio, in seconds.</param>
internal readonly record struct TokenUsage(long? Input, long CacheRead, long CacheWrite, long? Output, decimal? AudioSeconds)
{
    /// <summary>Whether nothing was said.</summary>
    public bool IsEmpty => Input is null && Output is null && AudioSeconds is null;

    /// <summary>The tokens of the prompt that count against limits.</summary>
    /// <param name="isCacheFree">Whether the provider leaves out what came from a cache.</param>
    public long? Counted(bool isCacheFree) => Input is { } input ? Math.Max(input - (isCacheFree ? CacheRead : 0), 0) : null;
}
