using Microsoft.Extensions.AI;
using RateLimited.Http.AI.Fallback;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>The options of a call, as they were when it came, compared by what they say: texts share a request only where all of it is equal. Immutable.</summary>
internal sealed class EmbeddingOptionsKey : IEquatable<EmbeddingOptionsKey>
{
    private static readonly EmbeddingOptionsKey None = new(options: null, standsIn: false);

    private readonly EmbeddingGenerationOptions? _options;
    private readonly int _hash;

    private EmbeddingOptionsKey(EmbeddingGenerationOptions? options, bool standsIn)
    {
        _options = options;
        StandsIn = standsIn;

        // Properties have no order; how many there are is enough of them here.
        _hash = HashCode.Combine(standsIn, options?.ModelId, options?.Dimensions, options?.AdditionalProperties?.Count, options?.RawRepresentationFactory);
    }

    /// <summary>The options for one request, which may change them.</summary>
    public EmbeddingGenerationOptions? Copy => _options?.Clone();

    /// <summary>Whether the call is made in somebody's place: who is asked for it falls back on nobody.</summary>
    public bool StandsIn { get; }

    public string? Model => _options?.ModelId;

    /// <summary>The key of a call that is made here.</summary>
    public static EmbeddingOptionsKey Of(EmbeddingGenerationOptions? options) =>
        options is null && !FallbackRun.IsStandIn ? None : new EmbeddingOptionsKey(options?.Clone(), FallbackRun.IsStandIn);

    public bool Equals(EmbeddingOptionsKey? other) =>
        ReferenceEquals(this, other)
        || (other is not null && _hash == other._hash && StandsIn == other.StandsIn
            && _options?.Dimensions == other._options?.Dimensions
            && string.Equals(_options?.ModelId, other._options?.ModelId, StringComparison.Ordinal)
            && _options?.RawRepresentationFactory == other._options?.RawRepresentationFactory
            && SayTheSame(_options?.AdditionalProperties, other._options?.AdditionalProperties));

    public override bool Equals(object? obj) => Equals(obj as EmbeddingOptionsKey);

    public override int GetHashCode() => _hash;

    private static bool SayTheSame(AdditionalPropertiesDictionary? mine, AdditionalPropertiesDictionary? theirs) =>
        (mine?.Count ?? 0) == (theirs?.Count ?? 0)
        && (mine is null || mine.All(property => theirs!.TryGetValue(property.Key, out var value) && Equals(property.Value, value)));
}
