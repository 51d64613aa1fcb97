using StackExchange.Redis;

namespace RateLimited.Http.Redis.Connection;

/// <summary>A multiplexer of StackExchange.Redis, ours or one that the program shares with us. Decisions are always the primary's: a replica does not know what was just taken.</summary>
internal sealed class StackExchangeConnection(IConnectionMultiplexer multiplexer, int database) : IRedisConnection
{
    private readonly IDatabase _database = multiplexer.GetDatabase(database);

    public bool IsConnected => multiplexer.IsConnected;

    public async Task<byte[]?> RunAsync(byte[] sha1, RedisKey[] keys, RedisValue[] values) =>
        (byte[]?)await Elsewhere.GoOnAsync(_database.ScriptEvaluateAsync(sha1, keys, values, CommandFlags.DemandMaster)).ConfigureAwait(false);

    public async Task<byte[]?> LoadAndRunAsync(string script, RedisKey[] keys, RedisValue[] values) =>
        (byte[]?)await Elsewhere.GoOnAsync(_database.ScriptEvaluateAsync(script, keys, values, CommandFlags.DemandMaster)).ConfigureAwait(false);

    public Task<RedisResult> AskAsync(string command, params object[] arguments) => Elsewhere.GoOnAsync(_database.ExecuteAsync(command, arguments));

    public async Task LookAroundAsync()
    {
        try
        {
            await Elsewhere.GoOnAsync(multiplexer.ConfigureAsync()).ConfigureAwait(false);
        }
#pragma warning disable CA1031 // Whatever it is, the next call will say so.
        catch (Exception)
#pragma warning restore CA1031
        {
            // Nobody was found; the next call says so.
        }
    }

    public async Task<string?> EvictionAsync()
    {
        try
        {
            var answer = (RedisResult[]?)await AskAsync("CONFIG", "GET", "maxmemory-policy").ConfigureAwait(false);
            return answer is [_, var policy] ? (string?)policy : null;
        }
#pragma warning disable CA1031 // Whoever may not ask is told nothing; whether the server answers at all was found out before.
        catch (Exception)
#pragma warning restore CA1031
        {
            return null;
        }
    }

    public async Task SubscribeAsync(string channel, Action<string> onMessage) => await Elsewhere.GoOnAsync(multiplexer.GetSubscriber().SubscribeAsync(
        new RedisChannel(channel, RedisChannel.PatternMode.Literal),
        (_, message) => ThreadPool.UnsafeQueueUserWorkItem(static told => told.OnMessage(told.Text), (OnMessage: onMessage, Text: message.ToString()), preferLocal: false))).ConfigureAwait(false);
}
