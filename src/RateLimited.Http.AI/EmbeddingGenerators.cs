using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using RateLimited.Http.AI.Caching;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.AI.Fallback;
using RateLimited.Http.AI.Models;

namespace RateLimited.Http.AI;

/// <summary>
/// What can be put around a generator of embeddings, each around what was there before. The usual order is the model's choice outermost, then the cache, then batches: <c>generator.WithBatching().WithCache(memory)</c>.
/// </summary>
public static class EmbeddingGenerators
{
    /// <summary>Sends the texts of concurrent calls together, within the provider's bounds.</summary>
    /// <param name="generator">Whoever makes the requests, through a limited <see cref="HttpClient"/>.</param>
    /// <param name="options">The bounds; null for OpenAI's.</param>
    public static BatchingEmbeddingGenerator WithBatching(this IEmbeddingGenerator<string, Embedding<float>> generator, EmbeddingBatchOptions? options = null) => new(generator, options);

    /// <summary>Gives embeddings that were made before from memory.</summary>
    /// <param name="generator">Whoever makes the others.</param>
    /// <param name="memory">Where they are kept.</param>
    /// <param name="options">What is kept, for how long and how much of it; null for the defaults.</param>
    public static CachingEmbeddingGenerator WithCache(this IEmbeddingGenerator<string, Embedding<float>> generator, IMemoryCache memory, EmbeddingCacheOptions? options = null) =>
        new(generator, memory, distributed: null, options);

    /// <summary>Gives embeddings that were made before from a distributed cache, and from memory before that where there is one.</summary>
    /// <param name="generator">Whoever makes the others.</param>
    /// <param name="distributed">Where they are shared with other processes.</param>
    /// <param name="memory">Where they are kept in this one; null for nowhere.</param>
    /// <param name="options">What is kept, for how long and how much of it; null for the defaults.</param>
    public static CachingEmbeddingGenerator WithCache(
        this IEmbeddingGenerator<string, Embedding<float>> generator, IDistributedCache distributed, IMemoryCache? memory = null, EmbeddingCacheOptions? options = null) =>
        new(generator, memory, distributed, options);

    /// <summary>Lets others embed when the first one is limited.</summary>
    /// <param name="generator">Who is asked first.</param>
    /// <param name="fallbacks">Who is asked then, in this order.</param>
    public static FallbackEmbeddingGenerator WithFallback(this IEmbeddingGenerator<string, Embedding<float>> generator, params IEnumerable<EmbeddingFallback> fallbacks) => new(generator, fallbacks);

    /// <summary>Lets others embed, for reasons of the program's own.</summary>
    /// <param name="generator">Who is asked first.</param>
    /// <param name="options">When others are asked.</param>
    /// <param name="fallbacks">Who is asked then, in this order.</param>
    public static FallbackEmbeddingGenerator WithFallback(this IEmbeddingGenerator<string, Embedding<float>> generator, ModelFallbackOptions options, params IEnumerable<EmbeddingFallback> fallbacks) =>
        new(generator, fallbacks, options);

    /// <summary>Chooses the model of calls that name none.</summary>
    /// <param name="generator">Who is asked.</param>
    /// <param name="options">Which model is for which call.</param>
    public static ModelChoosingEmbeddingGenerator WithModelChoice(this IEmbeddingGenerator<string, Embedding<float>> generator, ModelChoiceOptions options) => new(generator, options);
}
