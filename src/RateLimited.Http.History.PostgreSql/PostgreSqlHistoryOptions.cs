namespace RateLimited.Http.History.PostgreSql;

/// <summary>Where the history is kept. Read once, when there is something to write or to read.</summary>
public sealed class PostgreSqlHistoryOptions
{
    /// <summary>
    /// How to connect, as Npgsql reads it, such as <c>Host=db;Database=shop;Username=history</c>. It may hold a password and is never shown. Default: null, the container's <c>NpgsqlDataSource</c>. Nothing connects before there
    /// is something to write or to read.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>The schema that the tables are in: a letter or underscore, then up to 62 letters, digits and underscores, all in lower case. It is made if it is not there. Default: <c>rate_limits</c>.</summary>
    public string Schema { get; set; } = "rate_limits";
}
