using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Models;

/// <summary>
/// Chooses the model of calls for embeddings that name none: by their longest text, by what is left of a budget, or both. <c>ai.model_choices</c> counts which. Vectors of different models cannot be compared: see by
/// <see cref="Embedding.ModelId"/> where a vector belongs. Put it outside of a cache and of a batching generator: they keep models apart. Thread-safe.
/// </summary>
public sealed class ModelChoosingEmbeddingGenerator : DelegatingEmbeddingGenerator<string, Embedding<float>>
{
    private readonly ModelChoice _choice;

    /// <summary>Makes a generator.</summary>
    /// <param name="inner">Who is asked. It is disposed with this one.</param>
    /// <param name="options">Which model is for which call.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something is wrong in the options; it holds all faults.</exception>
    public ModelChoosingEmbeddingGenerator(IEmbeddingGenerator<string, Embedding<float>> inner, ModelChoiceOptions options)
        : base(inner) => _choice = new ModelChoice(options);

    /// <inheritdoc/>
    public override Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var all = values as IReadOnlyList<string> ?? [.. values];
        if (options?.ModelId is not null || _choice.Choose((tokens, model) => all.Select(text => tokens.Of(model, text ?? "")).DefaultIfEmpty().Max()) is not { } chosen)
        {
            return base.GenerateAsync(all, options, cancellationToken);
        }

        var copy = options?.Clone() ?? new EmbeddingGenerationOptions();
        copy.ModelId = chosen;
        return base.GenerateAsync(all, copy, cancellationToken);
    }
}
