using Microsoft.Extensions.Primitives;

namespace RateLimited.Http.Configuration;

/// <summary>Where API keys come from that neither the configuration nor a file holds: a vault, a database. Must be thread-safe.</summary>
public interface IApiKeySource
{
    /// <summary>
    /// The keys as they are now. Called at start-up and after each change, so it should answer from memory. If it throws, returns none, or returns what is no valid list of keys, the last good keys
    /// stay; at start-up it is a fault. What an exception says is not logged.
    /// </summary>
    IReadOnlyList<KeyOptions> GetKeys();

    /// <summary>Says once that the keys have changed; asked for anew after each change. For keys that never change, a <see cref="CancellationChangeToken"/> of <see cref="CancellationToken.None"/>.</summary>
    IChangeToken GetChangeToken();
}
