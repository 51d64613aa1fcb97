namespace RateLimited.Http.Configuration;

/// <summary>One API key of a pool.</summary>
public sealed class KeyOptions
{
    /// <summary>
    /// The key's name in status, metrics and logs: 1 to 64 printable characters. A name keeps what is known of the key when its text is replaced. Default: null, which makes it <c>key-1</c>,
    /// <c>key-2</c> and so on; never anything of its text.
    /// </summary>
    public string? Name { get; set; }

    /// <summary>The key itself. This or <see cref="Environment"/> is required.</summary>
    public ApiKey? Value { get; set; }

    /// <summary>The environment variable that holds the key; read at start-up and with every reload. Default: null.</summary>
    public string? Environment { get; set; }

    /// <summary>The key's own limits. If there are any, they replace those that the service has for each key. Keys of one group have one list between them.</summary>
    public IList<LimitOptions> Limits { get; } = [];

    /// <summary>Which tier of the service's preset the key has; its limits then are the key's own. Default: null.</summary>
    public string? Tier { get; set; }

    /// <summary>The quota group: keys of one organisation or project draw on one quota and do not add up. Default: null, the pool's, or else a quota of its own.</summary>
    public string? Group { get; set; }

    /// <summary>The key's share, 1 to 1 000, where keys are chosen by weight, and among equals otherwise. Default: 1.</summary>
    public int Weight { get; set; } = 1;

    /// <summary>The classes of tenants that the key is reserved for. Default: none, for everybody.</summary>
    public IList<string> Classes { get; } = [];

    /// <summary>The origin that the key belongs to, such as <c>https://api.openai.com</c>; it is sent nowhere else. Default: null, the pool's.</summary>
    public string? Origin { get; set; }

    /// <summary>Where the key was read from, or null for one made in code.</summary>
    internal string? Path { get; set; }

    /// <summary>Whether a text stands there that is no key.</summary>
    internal bool IsUnreadable { get; set; }
}
