namespace RateLimited.Http.AI.Caching;

/// <summary>How many texts came to a cache so far, by what became of them.</summary>
/// <param name="Hits">Embeddings that were there, in memory or in the distributed cache.</param>
/// <param name="Shared">Texts that another call was asking for already, or that stood in one call twice: they were asked for once.</param>
/// <param name="Misses">Texts that were asked for.</param>
/// <param name="Corrupt">Entries of the distributed cache that were no vectors: misses too.</param>
/// <param name="Failures">Texts for which the distributed cache failed or took too long, to look up or to keep.</param>
public readonly record struct EmbeddingCacheCounts(long Hits, long Shared, long Misses, long Corrupt, long Failures);
