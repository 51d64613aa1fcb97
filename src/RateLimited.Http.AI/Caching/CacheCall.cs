using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Caching;

/// <summary>What holds for all texts of a call.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Variant">What their keys have in common.</param>
/// <param name="Options">The options, for whoever is asked.</param>
internal sealed record CacheCall(string Model, VectorVariant Variant, EmbeddingGenerationOptions? Options);
