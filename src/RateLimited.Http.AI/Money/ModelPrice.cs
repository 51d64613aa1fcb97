namespace RateLimited.Http.AI;

/// <summary>What a model costs, in US dollars. What is null costs what stands beside it in the description.</summary>
public sealed record ModelPrice
{
    /// <summary>A million tokens of prompt, 0 to 100 000. Default: 0.</summary>
    public decimal Input { get; init; }

    /// <summary>A million tokens of prompt that come from a cache. Default: null, <see cref="Input"/>.</summary>
    public decimal? CachedInput { get; init; }

    /// <summary>A million tokens of prompt that go into a cache. Default: null, <see cref="Input"/>.</summary>
    public decimal? CacheWrite { get; init; }

    /// <summary>A million tokens of answer. Default: 0.</summary>
    public decimal Output { get; init; }

    /// <summary>A minute of audio. Default: 0.</summary>
    public decimal AudioMinute { get; init; }

    /// <summary>An image that is made. Default: 0.</summary>
    public decimal Image { get; init; }
}
