using Microsoft.Extensions.AI;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.Testing;

namespace RateLimited.Http.AI.Tests.Embeddings;

/// <summary>A batching generator on time that moves only while somebody waits for an answer, so that what comes together goes together on the slowest machine.</summary>
internal sealed class GeneratorBed : IDisposable
{
    public GeneratorBed(StrictGenerator provider, EmbeddingBatchOptions? options = null) =>
        Generator = new BatchingEmbeddingGenerator(provider, options, Time);

    public ManualTimeProvider Time { get; } = new();

    public BatchingEmbeddingGenerator Generator { get; }

    public Task<GeneratedEmbeddings<Embedding<float>>> Ask(params string[] texts) => Generator.GenerateAsync(texts);

    /// <summary>Lets time pass until work has ended.</summary>
    public async Task<T> EndAsync<T>(Task<T> work)
    {
        await PassUntilAsync(() => work.IsCompleted);
#pragma warning disable VSTHRD003 // It has completed.
        return await work;
#pragma warning restore VSTHRD003
    }

    public async Task PassUntilAsync(Func<bool> condition)
    {
        using var late = new CancellationTokenSource(Patience.Longest);
        while (!condition())
        {
            Time.Advance(TimeSpan.FromMilliseconds(1));
            await Task.Delay(1, late.Token);
        }
    }

    public void Dispose() => Generator.Dispose();
}
