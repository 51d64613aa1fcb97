namespace RateLimited.Http.Configuration;

/// <summary>The API keys of a service, one of which each of its requests goes with, and how they are carried.</summary>
public sealed class KeyPoolOptions
{
    /// <summary>Keys by themselves. The sources below may add to them.</summary>
    public IList<KeyOptions> List { get; } = [];

    /// <summary>An environment variable with keys between commas; read at start-up and with every reload. Default: null.</summary>
    public string? Environment { get; set; }

    /// <summary>
    /// A file with a key on each line; empty lines and those that begin with <c>#</c> are left out. It is looked at every five seconds, and a change is followed. One that vanishes, or holds no key, or
    /// something that is none, changes nothing: the last good keys stay, and the log says so. Default: null.
    /// </summary>
    public string? File { get; set; }

    /// <summary>Other sources of keys. Code only.</summary>
    public IList<IApiKeySource> Sources { get; } = [];

    /// <summary>The quota group of all keys that name none: then they draw on one quota together. Default: null, each on its own.</summary>
    public string? Group { get; set; }

    /// <summary>
    /// How requests carry the key: <c>Bearer</c>; a header, <c>x-api-key</c>, or with more around the key, <c>Authorization: Bot {key}</c>; a parameter of the query, <c>?key</c>. Default: null, as the
    /// service's preset says, or else <c>Bearer</c>.
    /// </summary>
    public string? Carrier { get; set; }

    /// <summary>Puts the key on a request in your own way, in place of <see cref="Carrier"/>. It gets a copy of the request that nobody else sees. Must be thread-safe. Code only. Default: null.</summary>
    public Action<HttpRequestMessage, ApiKey>? Apply { get; set; }

    /// <summary>The origin that keys without one of their own belong to; they are sent nowhere else. Default: null, that of the client's <c>BaseAddress</c>.</summary>
    public string? Origin { get; set; }

    /// <summary>Which of the keys that have room a request takes. Default: <see cref="KeySelection.MostHeadroom"/>.</summary>
    public KeySelection Selection { get; set; }

    /// <summary>Whether the configuration speaks of keys, be it of none.</summary>
    internal bool IsDeclared { get; set; }

    /// <summary>Whether the service has keys.</summary>
    internal bool IsUsed => IsDeclared || List.Count > 0 || Environment is not null || File is not null || Sources.Count > 0;

    /// <summary>Adds a key.</summary>
    /// <param name="key">Its text; see <see cref="ApiKey.Create"/>.</param>
    /// <exception cref="ArgumentException">The text is no key. The message does not repeat it.</exception>
    public KeyPoolOptions Add(string key)
    {
        List.Add(new KeyOptions { Value = ApiKey.Create(key) });
        return this;
    }

    /// <summary>Adds a key under a name.</summary>
    /// <param name="name">The name.</param>
    /// <param name="key">Its text; see <see cref="ApiKey.Create"/>.</param>
    /// <param name="configure">Sets up the rest; null for nothing.</param>
    /// <exception cref="ArgumentException">The text is no key. The message does not repeat it.</exception>
    public KeyPoolOptions Add(string name, string key, Action<KeyOptions>? configure = null)
    {
        var options = new KeyOptions { Name = name, Value = ApiKey.Create(key) };
        configure?.Invoke(options);
        List.Add(options);
        return this;
    }
}
