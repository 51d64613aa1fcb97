namespace RateLimited.Http.AI.Caching;

/// <summary>What a cache said of a key.</summary>
internal enum VectorFinding
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>A vector that may be given.</summary>
    Found,

    /// <summary>Something that is no vector, or one of another length.</summary>
    Corrupt,

    /// <summary>It failed, or took too long.</summary>
    Failed,
}

/// <summary>What a cache holds for a key.</summary>
/// <param name="Finding">What it said.</param>
/// <param name="Vector">The vector where one was found.</param>
/// <param name="Left">How long it may still be given.</param>
internal sealed record FoundVector(VectorFinding Finding, float[]? Vector, TimeSpan Left)
{
    public static readonly FoundVector None = new(VectorFinding.None, Vector: null, TimeSpan.Zero);
    public static readonly FoundVector Corrupt = new(VectorFinding.Corrupt, Vector: null, TimeSpan.Zero);
    public static readonly FoundVector Failed = new(VectorFinding.Failed, Vector: null, TimeSpan.Zero);
}
