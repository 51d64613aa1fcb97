namespace RateLimited.Http.Caching;

/// <summary>The cache of one service's responses: a keyed service by the service's name. Thread-safe.</summary>
public interface IResponseCache
{
    /// <summary>The service's name.</summary>
    string Service { get; }

    /// <summary>What it holds now, and what became of requests since the program began.</summary>
    ResponseCacheStatus GetStatus();

    /// <summary>Forgets all answers of an address, whoever asked and whatever they vary by.</summary>
    /// <param name="address">The absolute address, with its query. A fragment counts for nothing.</param>
    /// <returns>How many there were.</returns>
    /// <exception cref="ArgumentException">The address is relative.</exception>
    int Remove(Uri address);

    /// <summary>Forgets everything.</summary>
    void Clear();
}
