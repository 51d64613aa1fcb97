using StackExchange.Redis;

namespace RateLimited.Http.Redis.Connection;

/// <summary>What is asked of a connection to Redis: only calls that StackExchange.Redis has had since 1.2.6. Thread-safe.</summary>
internal interface IRedisConnection
{
    /// <summary>Whether there is a server to ask now. Asking one that is not there would wait for nothing.</summary>
    bool IsConnected { get; }

    /// <summary>Runs a script that the server already has.</summary>
    Task<byte[]?> RunAsync(byte[] sha1, RedisKey[] keys, RedisValue[] values);

    /// <summary>Gives the server a script and runs it.</summary>
    Task<byte[]?> LoadAndRunAsync(string script, RedisKey[] keys, RedisValue[] values);

    /// <summary>Asks a command that is no script's.</summary>
    Task<RedisResult> AskAsync(string command, params object[] arguments);

    /// <summary>Finds out anew who is the primary. Does not throw.</summary>
    Task LookAroundAsync();

    /// <summary>What the server does when its memory is full; null where this user may not know. Does not throw.</summary>
    Task<string?> EvictionAsync();

    /// <summary>Calls back with what is published in a channel, on any thread, for as long as the connection lives.</summary>
    Task SubscribeAsync(string channel, Action<string> onMessage);
}
