using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>What became of one text.</summary>
/// <param name="Embedding">Its embedding. It goes to one caller; others get copies.</param>
/// <param name="Share">Its part of what the request used; null where nothing was reported.</param>
internal sealed record EmbeddingOutcome(Embedding<float> Embedding, UsageShare? Share)
{
    private int _takers;

    /// <summary>The embedding for one more caller. The vector is shared, for nobody can write to it; what is written to the embedding is the caller's alone.</summary>
    /// <param name="isFirst">Whether nobody took it before: who did pays for it.</param>
    public Embedding<float> Take(out bool isFirst)
    {
        isFirst = Interlocked.Exchange(ref _takers, 1) == 0;
        return isFirst ? Embedding : CopyOf(Embedding);
    }

    public static Embedding<float> CopyOf(Embedding<float> embedding) => new(embedding.Vector)
    {
        CreatedAt = embedding.CreatedAt,
        ModelId = embedding.ModelId,
        AdditionalProperties = embedding.AdditionalProperties?.Clone(),
    };
}
