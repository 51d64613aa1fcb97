using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Fallback;

/// <summary>
/// Lets another model or generator embed when the first one is limited: refused here or there, its quota or money used up, its circuit open. Each is asked once, in their order; nobody who is asked so falls back further.
/// Vectors of different models cannot be compared: embeddings say whose they are in <see cref="Embedding.ModelId"/> and in the additional property <c>RateLimited.Http.Fallback</c>, and a cache of this package does not keep
/// those of a fallback. <c>ai.fallbacks</c> counts them. Thread-safe.
/// </summary>
public sealed class FallbackEmbeddingGenerator : DelegatingEmbeddingGenerator<string, Embedding<float>>
{
    private readonly FallbackRun _run;
    private readonly EmbeddingFallback[] _fallbacks;

    /// <summary>Makes a generator.</summary>
    /// <param name="inner">Who is asked first. It is disposed with this one.</param>
    /// <param name="fallbacks">Who is asked then, in this order; at least one.</param>
    /// <param name="options">When; null for the defaults.</param>
    /// <exception cref="ArgumentException">There are no fallbacks.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Something is wrong in the options; it holds all faults.</exception>
    public FallbackEmbeddingGenerator(IEmbeddingGenerator<string, Embedding<float>> inner, IEnumerable<EmbeddingFallback> fallbacks, ModelFallbackOptions? options = null)
        : base(inner)
    {
        ArgumentNullException.ThrowIfNull(fallbacks);
        _run = new FallbackRun(options ?? new ModelFallbackOptions());
        _fallbacks = [.. fallbacks];
        if (_fallbacks.Length == 0 || Array.Exists(_fallbacks, static fallback => fallback is null))
        {
            throw new ArgumentException("A fallback needs somewhere to go: name a model, or give another generator.", nameof(fallbacks));
        }
    }

    /// <inheritdoc/>
    public override async Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
        IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(values);
        var all = values as IReadOnlyList<string> ?? [.. values];
        var (answer, step) = await _run.AskAsync(
            () => InnerGenerator.GenerateAsync(all, options, cancellationToken),
            _fallbacks.Select(fallback => new FallbackStep<GeneratedEmbeddings<Embedding<float>>>(
                fallback.Name,
                () => (fallback.Generator ?? InnerGenerator).GenerateAsync(all, OptionsFor(fallback, options), cancellationToken))),
            cancellationToken).ConfigureAwait(false);
        foreach (var embedding in step is null ? [] : answer)
        {
            FallbackMark.Put(embedding, step!);
        }

        return answer;
    }

    private static EmbeddingGenerationOptions OptionsFor(EmbeddingFallback fallback, EmbeddingGenerationOptions? options)
    {
        var copy = options?.Clone() ?? new EmbeddingGenerationOptions();
        copy.ModelId = fallback.Model;
        if (fallback.Generator is not null)
        {
            copy.RawRepresentationFactory = null;
        }

        return copy;
    }
}
