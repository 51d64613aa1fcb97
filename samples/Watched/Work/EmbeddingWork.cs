using Microsoft.Extensions.AI;

namespace Watched.Work;

/// <summary>Embeddings of texts that come again, so that the cache has something to do.</summary>
internal sealed class EmbeddingWork(IEmbeddingGenerator<string, Embedding<float>> generator, TimeProvider time) : Caller(atOnce: 2, TimeSpan.FromMilliseconds(500), time)
{
    private const int Texts = 40;

    protected override Task WorkAsync(int number, int turn, CancellationToken cancellationToken) => generator.GenerateAsync([$"text {turn % Texts}", $"text {(number + turn) * 7 % Texts}"], options: null, cancellationToken);
}
