using System.Runtime.CompilerServices;
using RateLimited.Http.History.Configuration;
using RateLimited.Http.History.Journal;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Faults;
using StackExchange.Redis;

namespace RateLimited.Http.History.Redis;

/// <summary>One stream for all processes, bounded in records and in time. A batch of up to <see cref="MostInOneStep"/> records is there as a whole or not at all. Thread-safe.</summary>
internal sealed class RedisHistoryStore : IHistoryStore, IDisposable
{
    /// <summary>As many as may be pending by default: more would hold the server up for too long, whom limits may be asking.</summary>
    public const int MostInOneStep = 10_000;

    /// <summary>How many records are fetched at a time: what is read is as long as it likes, and what is held is not.</summary>
    public const int PageSize = 500;

    /// <summary>The version of what lies under the key. Another one has another key.</summary>
    private const int Layout = 1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly ExchangeScript Append = ExchangeScript.In(typeof(RedisHistoryStore).Assembly, "append.lua");

    private readonly ConnectionSource _connection;
    private readonly HistorySettings _settings;
    private readonly int _maxRecords;

    /// <param name="connection">Redis; connected when it is needed, and closed here if it was made here.</param>
    /// <param name="options">Where in it, and how many records.</param>
    /// <param name="settings">For how long records are kept.</param>
    public RedisHistoryStore(ConnectionSource connection, RedisHistoryOptions options, HistorySettings settings) =>
        (_connection, _settings, _maxRecords, Key) = (connection, settings, options.MaxRecords, $"{options.Prefix}:history:v{Layout}");

    /// <summary>The stream's key.</summary>
    public string Key { get; }

    public async ValueTask AppendAsync(IReadOnlyList<HistoryRecord> records, CancellationToken cancellationToken)
    {
        var connection = await ConnectedAsync(cancellationToken).ConfigureAwait(false);
        RedisKey[] keys = [Key];
        foreach (var step in records.Chunk(MostInOneStep))
        {
            RedisValue[] values = [_maxRecords, (long)_settings.Current.Retention.TotalMilliseconds, .. step.Select(static record => (RedisValue)RecordJson.Write(record))];
            await AnsweredAsync(Append.RunAsync(connection, keys, values), cancellationToken).ConfigureAwait(false);
        }
    }

    public async IAsyncEnumerable<HistoryRecord> ReadAsync(DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var connection = await ConnectedAsync(cancellationToken).ConfigureAwait(false);
        for (var rest = StreamRange.Of(from, to); ;)
        {
            var page = await AnsweredAsync(PageAsync(connection, rest), cancellationToken).ConfigureAwait(false);
            foreach (var record in page.Records.Where(record => record.At >= from && record.At < to))
            {
                yield return record;
            }

            if (page.Entries < PageSize || page.LastId is not { } last)
            {
                yield break;
            }

            rest = rest.After(last);
        }
    }

    public void Dispose() => _connection.Dispose();

    private async Task<StreamPage> PageAsync(IRedisConnection connection, StreamRange range) =>
        StreamPage.Of(await connection.AskAsync("XRANGE", (RedisKey)Key, range.First, range.Last, "COUNT", PageSize).ConfigureAwait(false));

    /// <summary>The connection. What is handed to one that is broken might be carried out when its records have long been counted as dropped.</summary>
    private async Task<IRedisConnection> ConnectedAsync(CancellationToken cancellationToken)
    {
        var connection = await AnsweredAsync(_connection.GetAsync(), cancellationToken).ConfigureAwait(false);
        return connection.IsConnected ? connection : throw new IOException(SentenceOf(RedisErrorKind.ConnectionLost));
    }

    /// <summary>Waits for what was asked, and no longer than that makes sense. What servers and clients say of a fault may hold keys, and is told by its kind.</summary>
    private static async Task<T> AnsweredAsync<T>(Task<T> asked, CancellationToken cancellationToken)
    {
        try
        {
            return await asked.WaitAsync(Patience, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is RedisException or TimeoutException or InvalidDataException or ObjectDisposedException or RedisCommandException)
        {
            throw new IOException(SentenceOf(RedisError.KindOf(fault)), fault);
        }
    }

    private static string SentenceOf(RedisErrorKind kind) => $"The Redis that the history is kept in: {RedisFaultText.Of(kind)}";
}
