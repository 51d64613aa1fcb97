using Embeddings.Upstream;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.AI.Caching;

namespace Embeddings;

/// <summary>Embeds all texts as 200 callers do who know nothing of each other and have a hundred texts each.</summary>
internal sealed class Run(IServiceProvider services, EmbeddingsUpstream upstream, IReadOnlyList<string> texts, TimeProvider time)
{
    private const int TextsOfCaller = 100;
    private const int Dimensions = 256;

    private readonly CachingEmbeddingGenerator _generator = services.GetRequiredService<CachingEmbeddingGenerator>();

    public int Texts => texts.Count;

    /// <param name="progress">Hears of texts that have their embedding.</param>
    public async Task<RunReport> RunAsync(Action<int> progress)
    {
        var (began, counts, hits) = (time.GetTimestamp(), upstream.Counts, _generator.Counts.Hits);
        var used = await Task.WhenAll(texts.Chunk(TextsOfCaller).Select(some => Task.Run(() => EmbedAsync(some, progress))));
        return new RunReport(time.GetElapsedTime(began), upstream.Counts.Since(counts), _generator.Counts.Hits - hits, used.Sum());
    }

    private async Task<long> EmbedAsync(string[] some, Action<int> progress)
    {
        var embeddings = await _generator.GenerateAsync(some, new EmbeddingGenerationOptions { Dimensions = Dimensions });
        for (var i = 0; i < some.Length; i++)
        {
            if (!embeddings[i].Vector.Span.SequenceEqual(EmbeddingsAnswer.VectorOf(some[i], Dimensions)))
                throw new InvalidOperationException($"'{some[i]}' has the embedding of another text.");
        }

        progress(some.Length);
        return embeddings.Usage?.TotalTokenCount ?? 0;
    }
}

/// <summary>How a run went.</summary>
/// <param name="Time">How long it took.</param>
/// <param name="Upstream">What came to the provider.</param>
/// <param name="Hits">Texts that were in the cache.</param>
/// <param name="Tokens">What the callers together were told that they used.</param>
internal sealed record RunReport(TimeSpan Time, UpstreamCounts Upstream, long Hits, long Tokens);
