using Microsoft.Extensions.AI;
using RateLimited.Http.AI.Batching;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>An answer to several texts, as what became of each.</summary>
internal static class EmbeddingOutcomes
{
    /// <summary>Asks a generator, which may have embeddings of some texts only.</summary>
    /// <param name="generator">The generator.</param>
    /// <param name="texts">The texts.</param>
    /// <param name="options">The options, which are the generator's now.</param>
    /// <param name="weights">How much of what is used each text is taken to use, above zero.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>As many outcomes as the generator gave embeddings.</returns>
    public static async Task<IReadOnlyList<BatchResult<EmbeddingOutcome>>> AskAsync(
        IEmbeddingGenerator<string, Embedding<float>> generator, IReadOnlyList<string> texts, EmbeddingGenerationOptions? options, IReadOnlyList<long> weights, CancellationToken cancellationToken)
    {
        try
        {
            var embeddings = await generator.GenerateAsync(texts, options, cancellationToken).ConfigureAwait(false);
            return Of([.. embeddings], embeddings.Usage, weights, failures: null);
        }
        catch (EmbeddingFailuresException some) when (some.Embeddings.Count == texts.Count)
        {
            return Of(some.Embeddings, some.Usage, weights, some.Failures);
        }
    }

    private static BatchResult<EmbeddingOutcome>[] Of(
        IReadOnlyList<Embedding<float>?> embeddings, UsageDetails? usage, IReadOnlyList<long> weights, IReadOnlyDictionary<int, Exception>? failures)
    {
        var outcomes = new BatchResult<EmbeddingOutcome>[embeddings.Count];
        var length = weights.Where((_, i) => i < embeddings.Count && embeddings[i] is not null).Sum();
        var from = 0L;
        for (var i = 0; i < outcomes.Length; i++)
        {
            if (embeddings[i] is not { } embedding)
            {
                outcomes[i] = BatchResult.Failed<EmbeddingOutcome>(
                    failures?.GetValueOrDefault(i) ?? new InvalidOperationException("The inner generator returned no embedding for the text, and no reason."));
                continue;
            }

            var to = from + (i < weights.Count ? weights[i] : 0);
            outcomes[i] = new EmbeddingOutcome(embedding, usage is null ? null : new UsageShare(usage, from, to, Math.Max(length, 1)));
            from = to;
        }

        return outcomes;
    }
}
