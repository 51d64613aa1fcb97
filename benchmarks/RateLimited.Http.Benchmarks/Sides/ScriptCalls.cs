using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Messages;
using StackExchange.Redis;

namespace RateLimited.Http.Benchmarks.Sides;

/// <summary>The script as it ships, asked one question about a few limits at a time.</summary>
internal sealed class ScriptCalls
{
    private readonly IDatabase _database;
    private readonly RedisKey[] _keys;
    private readonly double[] _message;
    private readonly int _sequenceAt;
    private readonly RedisValue _lastOfHeads;
    private double _sequence;

    /// <param name="database">Where.</param>
    /// <param name="name">The name of its keys.</param>
    /// <param name="terms">The limits.</param>
    /// <param name="cost">What one question costs of each.</param>
    public ScriptCalls(IDatabase database, string name, LimitTerms[] terms, long cost)
    {
        _database = database;
        _keys = [$"{{{name}}}:o", $"{{{name}}}:s"];
        var heads = 28 + terms.Sum(static limit => limit.HeadBytes);
        _lastOfHeads = heads - 1;
        var writer = new MessageWriter();
        _sequenceAt = 2;
        writer.Add(2, 7, 0, 0, heads, 0, 1, terms.Length);
        foreach (var limit in terms)
        {
            limit.Write(writer, guard: 0, serverNow: 0);
        }

        writer.Add(0, 1, terms.Length);
        for (var i = 0; i < terms.Length; i++)
        {
            var (whole, parts) = terms[i].TimeOf(cost, guard: 0);
            writer.Add(i + 1, cost, whole, parts, 0, 1);
        }

        _message = [.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, double>(writer.ToBytes())];
    }

    public RedisKey Key => _keys[1];

    /// <summary>Asks once. Returns whether it was granted.</summary>
    public async Task<bool> AskAsync()
    {
        var message = new double[_message.Length];
        lock (_message)
        {
            _message[_sequenceAt] = ++_sequence;
            _message.CopyTo(message, 0);
        }

        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(message.AsSpan()).ToArray();
        var answer = (byte[])(await _database.ScriptEvaluateAsync(ExchangeScript.Current.Sha1, _keys, [bytes, "c", _lastOfHeads]))!;
        return BitConverter.ToDouble(answer, 2 * sizeof(double)) == 1;
    }
}
