using System.Runtime.ExceptionServices;
using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>What one call gets: an embedding or a failure at the position of each of its texts. Not thread-safe.</summary>
internal sealed class EmbeddingAnswer(IEnumerable<string> values)
{
    private Dictionary<int, Exception>? _failures;
    private Embedding<float>?[]? _embeddings;
    private Task<EmbeddingOutcome>? _failed;
    private UsageSum? _usage;

    public IReadOnlyList<string> Texts { get; } = values as IReadOnlyList<string> ?? [.. values];

    /// <summary>Null where nothing was reported.</summary>
    private UsageDetails? Used => _usage?.Total;

    private Embedding<float>?[] Embeddings => _embeddings ??= new Embedding<float>?[Texts.Count];

    public void Put(int position, Embedding<float> embedding) => Embeddings[position] = embedding;

    public void Fail(int position, Exception failure) => (_failures ??= [])[position] = failure;

    /// <summary>Puts what became of a text where it was asked for. Whoever takes it first pays for it.</summary>
    /// <param name="position">The position.</param>
    /// <param name="ended">What has ended.</param>
    public void Put(int position, Task<EmbeddingOutcome> ended)
    {
        if (!ended.IsCompletedSuccessfully)
        {
            _failed = ended;
            Fail(position, ended.Exception?.InnerException ?? new TaskCanceledException(ended));
            return;
        }

#pragma warning disable VSTHRD002, VSTHRD103 // It has completed.
        var outcome = ended.Result;
#pragma warning restore VSTHRD002, VSTHRD103
        Put(position, outcome.Take(out var isFirst));
        if (isFirst)
        {
            (_usage ??= new UsageSum()).Add(outcome.Share);
        }
    }

    /// <summary>As <see cref="ToEmbeddings"/>, where nothing has to be waited for.</summary>
    public Task<GeneratedEmbeddings<Embedding<float>>> ToTask()
    {
        try
        {
            return Task.FromResult(ToEmbeddings());
        }
#pragma warning disable CA1031 // It is thrown where it is awaited.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            return Task.FromException<GeneratedEmbeddings<Embedding<float>>>(failure);
        }
    }

    /// <summary>All embeddings, in the order of the texts.</summary>
    /// <exception cref="EmbeddingFailuresException">Some texts have none. Where all have none for one reason, that is thrown itself.</exception>
    public GeneratedEmbeddings<Embedding<float>> ToEmbeddings()
    {
        if (_failures is not null)
        {
            var first = _failures.Values.First();
            if (_failures.Count == Texts.Count && _failures.Values.All(failure => ReferenceEquals(failure, first)))
            {
                // From where it came, not from here: others are about to throw it too.
#pragma warning disable VSTHRD002, VSTHRD103 // It has completed.
                _failed?.GetAwaiter().GetResult();
#pragma warning restore VSTHRD002, VSTHRD103
                ExceptionDispatchInfo.Throw(first);
            }

            throw new EmbeddingFailuresException(Embeddings, _failures, Used);
        }

        return new GeneratedEmbeddings<Embedding<float>>(Embeddings!) { Usage = Used };
    }
}
