namespace RateLimited.Http.AI.Caching;

/// <summary>What is kept of embeddings, for how long and how much of it. Read once, when the generator is made.</summary>
public sealed class EmbeddingCacheOptions
{
    /// <summary>How long an embedding is given again after it was made, 1 s to 366 days, wherever it is kept. Default: 24 h.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// How many bytes of vectors are kept in the memory cache at most, 1 024 to 10^12; the oldest make room. Entries say their bytes as their size, for caches that have a limit of their own. Default: 268 435 456.
    /// </summary>
    public long MaxMemoryBytes { get; set; } = 268_435_456;

    /// <summary>
    /// The model that makes the embeddings, where neither a call's options nor the generator's metadata say it. Without a model nothing can be kept, for vectors of different models must never be mixed: calls fail
    /// then. Default: null, none.
    /// </summary>
    public string? Model { get; set; }

    /// <summary>
    /// What keys in the distributed cache begin with, 1 to 64 characters. Give each generator its own where equal names of models stand for different models, such as names of deployments. Default: <c>embedding:</c>.
    /// </summary>
    public string KeyPrefix { get; set; } = "embedding:";

    /// <summary>How long the distributed cache may take for all texts of a call, 1 ms to 1 hour; then the call goes on without it. Default: 2 s.</summary>
    public TimeSpan DistributedTimeout { get; set; } = TimeSpan.FromSeconds(2);
}
