using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Fallback;

/// <summary>
/// Where texts are embedded instead. Immutable. Vectors of different models cannot be compared: give the same model elsewhere, or see by <see cref="Embedding.ModelId"/> where a vector belongs.
/// </summary>
public sealed record EmbeddingFallback
{
    /// <summary>Another model of the same generator.</summary>
    /// <param name="model">The model's name, at least one character.</param>
    public EmbeddingFallback(string model)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        (Name, Model) = (model, model);
    }

    /// <summary>Another generator, of another provider or on this machine. What only the first one would understand is taken out of the call's options: its model and its raw options.</summary>
    /// <param name="name">What it is called in metrics and in answers, at least one character.</param>
    /// <param name="generator">The generator. It stays its owner's.</param>
    /// <param name="model">The model's name there; null for the generator's own.</param>
    public EmbeddingFallback(string name, IEmbeddingGenerator<string, Embedding<float>> generator, string? model = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(generator);
        (Name, Generator, Model) = (name, generator, model);
    }

    /// <summary>What it is called.</summary>
    public string Name { get; }

    /// <summary>The other generator; null for the same.</summary>
    public IEmbeddingGenerator<string, Embedding<float>>? Generator { get; }

    /// <summary>The model; null for the generator's own.</summary>
    public string? Model { get; }
}
