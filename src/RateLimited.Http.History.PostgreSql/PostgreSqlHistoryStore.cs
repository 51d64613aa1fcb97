using System.Runtime.CompilerServices;
using System.Text;
using Npgsql;
using NpgsqlTypes;
using RateLimited.Http.History.Configuration;
using RateLimited.Http.History.Journal;

namespace RateLimited.Http.History.PostgreSql;

/// <summary>One table for all processes. A batch is there as a whole or not at all. Thread-safe.</summary>
internal sealed class PostgreSqlHistoryStore : IHistoryStore, IAsyncDisposable, IDisposable
{
    private readonly Lazy<NpgsqlDataSource> _source;
    private readonly HistorySchema _schema;
    private readonly HistorySettings _settings;
    private readonly TimeProvider _time;
    private readonly bool _isOwned;
    private readonly SemaphoreSlim _migrating = new(1, 1);
    private volatile bool _isMigrated;
    private DateOnly _cleanedOn;

    /// <param name="source">The database; made when it is needed.</param>
    /// <param name="isOwned">Whether it was made here, and is closed here.</param>
    /// <param name="schema">The schema that the tables are in.</param>
    /// <param name="settings">For how long records are kept.</param>
    /// <param name="time">The present.</param>
    public PostgreSqlHistoryStore(Lazy<NpgsqlDataSource> source, bool isOwned, string schema, HistorySettings settings, TimeProvider time) =>
        (_source, _isOwned, _schema, _settings, _time) = (source, isOwned, new HistorySchema(schema), settings, time);

    public async ValueTask AppendAsync(IReadOnlyList<HistoryRecord> records, CancellationToken cancellationToken)
    {
        var source = await SourceAsync(cancellationToken).ConfigureAwait(false);
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);

        // All commands of a batch are one transaction.
        var batch = new NpgsqlBatch(connection);
        await using var __ = batch.ConfigureAwait(false);
        foreach (var record in records)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"INSERT INTO {_schema.Records} (at, record) VALUES ($1, $2)")
            {
                Parameters = { new() { Value = record.At.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz }, new() { Value = Encoding.UTF8.GetString(RecordJson.Write(record)), NpgsqlDbType = NpgsqlDbType.Json } },
            });
        }

        var now = _time.GetUtcNow();
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        if (today != _cleanedOn)
        {
            batch.BatchCommands.Add(new NpgsqlBatchCommand($"DELETE FROM {_schema.Records} WHERE at < $1")
            {
                Parameters = { new() { Value = now - _settings.Current.Retention, NpgsqlDbType = NpgsqlDbType.TimestampTz } },
            });
        }

        await batch.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
        _cleanedOn = today;
    }

    public async IAsyncEnumerable<HistoryRecord> ReadAsync(DateTimeOffset from, DateTimeOffset to, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var source = await SourceAsync(cancellationToken).ConfigureAwait(false);
        var command = source.CreateCommand($"SELECT record::text FROM {_schema.Records} WHERE at >= $1 AND at < $2 ORDER BY id");
        await using var _ = command.ConfigureAwait(false);
        command.Parameters.Add(new() { Value = from.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz });
        command.Parameters.Add(new() { Value = to.ToUniversalTime(), NpgsqlDbType = NpgsqlDbType.TimestampTz });
        var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = reader.ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (RecordJson.Read(Encoding.UTF8.GetBytes(reader.GetString(0))) is { } record)
            {
                yield return record;
            }
        }
    }

    public ValueTask DisposeAsync() => _isOwned && _source.IsValueCreated ? _source.Value.DisposeAsync() : ValueTask.CompletedTask;

    public void Dispose()
    {
        if (_isOwned && _source.IsValueCreated)
        {
            _source.Value.Dispose();
        }
    }

    /// <summary>The database, with its tables.</summary>
    private async ValueTask<NpgsqlDataSource> SourceAsync(CancellationToken cancellationToken)
    {
        var source = _source.Value;
        if (_isMigrated)
        {
            return source;
        }

        await _migrating.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (!_isMigrated)
            {
                await _schema.MigrateAsync(source, cancellationToken).ConfigureAwait(false);
                _isMigrated = true;
            }
        }
        finally
        {
            _migrating.Release();
        }

        return source;
    }
}
