using System.Globalization;
using Npgsql;

namespace RateLimited.Http.History.PostgreSql;

/// <summary>The tables, and how they came to be as they are: each step is taken once in a database, in order, by whichever process comes first.</summary>
/// <param name="schema">The schema that they are in.</param>
internal sealed class HistorySchema(string schema)
{
    /// <summary>Any number, as long as all processes have the same.</summary>
    private const long Lock = 0x52_4C_48_49_53_54;

    /// <summary>The table of records.</summary>
    public string Records { get; } = $"{schema}.history";

    private string Versions { get; } = $"{schema}.history_version";

    /// <summary>
    /// Each step that was ever published stays as it is. Records are <c>json</c> and not <c>jsonb</c>: names come from callers, and may have a NUL in them, which the latter refuses.
    /// </summary>
    private IReadOnlyList<string> Steps =>
    [
        $"CREATE TABLE {Records} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, record json NOT NULL); CREATE INDEX history_at ON {Records} (at)",
    ];

    /// <summary>Takes the steps that were not taken yet.</summary>
    /// <exception cref="InvalidOperationException">A later version of this package was here before.</exception>
    public async Task MigrateAsync(NpgsqlDataSource source, CancellationToken cancellationToken)
    {
        var connection = await source.OpenConnectionAsync(cancellationToken).ConfigureAwait(false);
        await using var _ = connection.ConfigureAwait(false);
        var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false);
        await using var __ = transaction.ConfigureAwait(false);
        await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"SELECT pg_advisory_xact_lock({Lock})"), cancellationToken).ConfigureAwait(false);
        await RunAsync(connection, $"CREATE SCHEMA IF NOT EXISTS {schema}; CREATE TABLE IF NOT EXISTS {Versions} (version integer PRIMARY KEY, taken_at timestamptz NOT NULL DEFAULT now())", cancellationToken).ConfigureAwait(false);
        var taken = await VersionAsync(connection, cancellationToken).ConfigureAwait(false);
        var steps = Steps;
        if (taken > steps.Count)
        {
            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"{Versions}: {taken} → at most {steps.Count}, or the version of RateLimited.Http.History.PostgreSql that made it."));
        }

        for (var step = taken; step < steps.Count; step++)
        {
            await RunAsync(connection, string.Create(CultureInfo.InvariantCulture, $"{steps[step]}; INSERT INTO {Versions} (version) VALUES ({step + 1})"), cancellationToken).ConfigureAwait(false);
        }

        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private async Task<int> VersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand($"SELECT coalesce(max(version), 0) FROM {Versions}", connection);
        await using var _ = command.ConfigureAwait(false);
        return (int)(await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false))!;
    }

#pragma warning disable CA2100 // All that is put together is the schema's name, which is letters, digits and underscores, and numbers.
    private static async Task RunAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(sql, connection);
        await using var _ = command.ConfigureAwait(false);
        await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }
#pragma warning restore CA2100
}
