using Microsoft.Extensions.AI;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>The options of a call, as they were when it came, compared by what they say: texts share a request only where all of it is equal. Immutable.</summary>
internal sealed class EmbeddingOptionsKey : IEquatable<EmbeddingOptionsKey>
{
    public static readonly EmbeddingOptionsKey None = new(options: null);

    private readonly EmbeddingGenerationOptions? _options;
    private readonly int _hash;

    private EmbeddingOptionsKey(EmbeddingGenerationOptions? options)
    {
        _options = options;

        // Properties have no order; how many there are is enough of them here.
        _hash = HashCode.Combine(options?.ModelId, options?.Dimensions, options?.AdditionalProperties?.Count, options?.RawRepresentationFactory);
    }

    /// <summary>The options for one request, which may change them.</summary>
    public EmbeddingGenerationOptions? Copy => _options?.Clone();

    public string? Model => _options?.ModelId;

    public static EmbeddingOptionsKey Of(EmbeddingGenerationOptions? options) => options is null ? None : new EmbeddingOptionsKey(options.Clone());

    public bool Equals(EmbeddingOptionsKey? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && _options is { } mine && other._options is { } theirs
            && mine.Dimensions == theirs.Dimensions
            && string.Equals(mine.ModelId, theirs.ModelId, StringComparison.Ordinal)
            && mine.RawRepresentationFactory == theirs.RawRepresentationFactory
            && SayTheSame(mine.AdditionalProperties, theirs.AdditionalProperties));

    public override bool Equals(object? obj) => Equals(obj as EmbeddingOptionsKey);

    public override int GetHashCode() => _hash;

    private static bool SayTheSame(AdditionalPropertiesDictionary? mine, AdditionalPropertiesDictionary? theirs) =>
        (mine?.Count ?? 0) == (theirs?.Count ?? 0)
        && (mine is null || mine.All(property => theirs!.TryGetValue(property.Key, out var value) && Equals(property.Value, value)));
}
