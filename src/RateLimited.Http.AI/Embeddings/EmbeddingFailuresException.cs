using System.Globalization;
using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>
/// Some texts of a call have no embedding. It holds the embeddings of the others, so that nothing is lost that was paid for, and why each of these failed. Where all texts failed for one reason, or there was but one,
/// that reason is thrown itself.
/// </summary>
public sealed class EmbeddingFailuresException : AggregateException
{
    /// <summary>Creates the exception of one call.</summary>
    /// <param name="embeddings">The embedding of each text, in their order; null for those that failed.</param>
    /// <param name="failures">Why texts failed, by their position; at least one.</param>
    /// <param name="usage">What the call used; null where nothing was reported.</param>
    public EmbeddingFailuresException(IReadOnlyList<Embedding<float>?> embeddings, IReadOnlyDictionary<int, Exception> failures, UsageDetails? usage)
        : base(Describe(embeddings, failures), failures.OrderBy(static each => each.Key).Select(static each => each.Value).Distinct())
    {
        Embeddings = embeddings;
        Failures = failures;
        Usage = usage;
    }

    /// <summary>The embedding of each text, in their order; null for those that failed.</summary>
    public IReadOnlyList<Embedding<float>?> Embeddings { get; }

    /// <summary>Why texts failed, by their position.</summary>
    public IReadOnlyDictionary<int, Exception> Failures { get; }

    /// <summary>What the call used; null where nothing was reported.</summary>
    public UsageDetails? Usage { get; }

    private static string Describe(IReadOnlyList<Embedding<float>?> embeddings, IReadOnlyDictionary<int, Exception> failures)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(failures);
        var first = failures.Count > 0 ? failures.Keys.Min() : throw new ArgumentException("Without a failure there is no exception to make.", nameof(failures));
        return string.Create(CultureInfo.InvariantCulture, $"{failures.Count} of {embeddings.Count} texts have no embedding, the first of them at {first}.");
    }
}
