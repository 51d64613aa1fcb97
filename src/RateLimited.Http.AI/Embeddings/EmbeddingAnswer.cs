using System.Runtime.ExceptionServices;
using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>What one call gets: an embedding or a failure at the position of each of its texts. Not thread-safe.</summary>
internal sealed class EmbeddingAnswer(IEnumerable<string> values)
{
    private readonly Dictionary<int, Exception> _failures = [];
    private Embedding<float>?[]? _embeddings;

    public IReadOnlyList<string> Texts { get; } = values as IReadOnlyList<string> ?? [.. values];

    public UsageSum Usage { get; } = new();

    private Embedding<float>?[] Embeddings => _embeddings ??= new Embedding<float>?[Texts.Count];

    public bool IsFilled(int position) => Embeddings[position] is not null || _failures.ContainsKey(position);

    public void Put(int position, Embedding<float> embedding) => Embeddings[position] = embedding;

    public void Fail(int position, Exception failure) => _failures[position] = failure;

    /// <summary>All embeddings, in the order of the texts.</summary>
    /// <exception cref="EmbeddingFailuresException">Some texts have none. Where all have none for one reason, that is thrown itself.</exception>
    public GeneratedEmbeddings<Embedding<float>> ToEmbeddings()
    {
        if (_failures.Count > 0)
        {
            var first = _failures.Values.First();
            if (_failures.Count == Texts.Count && _failures.Values.All(failure => ReferenceEquals(failure, first)))
            {
                ExceptionDispatchInfo.Throw(first);
            }

            throw new EmbeddingFailuresException(Embeddings, _failures, Usage.Total);
        }

        return new GeneratedEmbeddings<Embedding<float>>(Embeddings!) { Usage = Usage.Total };
    }
}
