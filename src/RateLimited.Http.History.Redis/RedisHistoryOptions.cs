namespace RateLimited.Http.History.Redis;

/// <summary>Where the history is kept. Read once, when there is something to write or to read. For how long is <see cref="RateLimitHistoryOptions.Retention"/>.</summary>
public sealed class RedisHistoryOptions
{
    /// <summary>
    /// Where Redis is, as StackExchange.Redis reads it, such as <c>localhost:6379</c>. It may hold a password and is never shown. Default: null, the container's <c>IConnectionMultiplexer</c>. Nothing connects before there is
    /// something to write or to read.
    /// </summary>
    public string? Configuration { get; set; }

    /// <summary>The database's number. Default: -1, the connection's own.</summary>
    public int Database { get; set; } = -1;

    /// <summary>What the key begins with: 1 to 32 letters, digits, dots, dashes and underscores. Programs of one prefix share their history. Default: <c>rl</c>.</summary>
    public string Prefix { get; set; } = "rl";

    /// <summary>How many records of all processes are kept at most: 1 000 to 100 000 000. The oldest are deleted first. Default: 200 000.</summary>
    public int MaxRecords { get; set; } = 200_000;

    /// <summary>Lets a <see cref="Configuration"/> name servers that are not on this machine without <c>ssl=true</c>. Default: false.</summary>
    public bool AllowInsecure { get; set; }
}
