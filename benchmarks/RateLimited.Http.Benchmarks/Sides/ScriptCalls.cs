using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Keys;
using RateLimited.Http.Redis.Messages;
using StackExchange.Redis;

namespace RateLimited.Http.Benchmarks.Sides;

/// <summary>The script as it ships, asked one question about a few limits at a time by one process of many, each of which waits for its answer. Not thread-safe.</summary>
internal sealed class ScriptCalls
{
    private const int SequenceAt = sizeof(double);

    private readonly IDatabase _database;
    private readonly RedisKey[] _keys;
    private readonly byte[] _message;
    private readonly RedisValue[] _arguments;
    private double _sequence;

    /// <param name="database">Where.</param>
    /// <param name="name">The service whose limits they are.</param>
    /// <param name="terms">The limits.</param>
    /// <param name="cost">What one question costs of each.</param>
    /// <param name="process">Which process asks, from one on.</param>
    public ScriptCalls(IDatabase database, string name, LimitTerms[] terms, long cost, int process)
    {
        _database = database;
        var keys = new KeySchema("rl", []).Of(name);
        _keys = [keys.Calls($"process {process}"), keys.Service];
        var heads = 28 + terms.Sum(static limit => limit.HeadBytes);
        var writer = new MessageWriter();
        writer.Add(3, 0, heads);
        foreach (var limit in terms)
        {
            limit.WriteUsual(writer, cost, guard: 0);
        }

        _message = writer.ToBytes();
        _arguments = terms.Any(static limit => limit.HasTail) ? [_message, heads - 1] : [_message];
    }

    public RedisKey Key => _keys[1];

    /// <summary>Asks once. What the client makes of it is what it makes of the raw call beside it.</summary>
    public Task<RedisResult> AskAsync()
    {
        BitConverter.TryWriteBytes(_message.AsSpan(SequenceAt), ++_sequence);
        return _database.ScriptEvaluateAsync(ExchangeScript.Current.Sha1, _keys, _arguments);
    }
}
