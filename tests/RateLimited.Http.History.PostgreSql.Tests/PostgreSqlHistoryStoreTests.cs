using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;
using RateLimited.Http.History.Configuration;
using RateLimited.Http.History.PostgreSql.Tests.Servers;
using RateLimited.Http.History.Tests.Stores;
using RateLimited.Http.Testing;

namespace RateLimited.Http.History.PostgreSql.Tests;

/// <summary>Against a real server; each test has a schema of its own.</summary>
public sealed class PostgreSqlHistoryStoreTests(PostgreSqlServer server) : HistoryStoreCases, IClassFixture<PostgreSqlServer>, IAsyncDisposable
{
    private readonly string _schema = $"t{Guid.NewGuid():n}";
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(server.ConnectionString);

    protected override ManualTimeProvider Time { get; } = new();

    [Fact]
    public async Task Many_who_come_at_once_make_the_tables_once_and_all_of_them_write()
    {
        var stores = Enumerable.Range(0, 8).Select(_ => Open()).ToList();
        await Task.WhenAll(stores.Select((store, number) => store.AppendAsync([Refusal($"{number}")], Token).AsTask()));

        (await ReadAsync(stores[0])).Cast<RefusalRecord>().Select(static refusal => refusal.Tenant!).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 8).Select(static number => $"{number}"));
        (await ScalarAsync($"SELECT count(*) FROM {_schema}.history_version")).ShouldBe(1L);
    }

    [Fact]
    public async Task Tables_of_a_later_version_are_left_alone_and_said()
    {
        await using (var store = Open())
        {
            await store.AppendAsync([Refusal("a")], Token);
        }

        await ScalarAsync($"INSERT INTO {_schema}.history_version (version) VALUES (99)");
        await using var earlier = Open();
        (await Should.ThrowAsync<InvalidOperationException>(async () => await earlier.AppendAsync([Refusal("b")], Token))).Message
            .ShouldBe($"{_schema}.history_version: 99 → at most 1, or the version of RateLimited.Http.History.PostgreSql that made it.");
        (await ScalarAsync($"SELECT count(*) FROM {_schema}.history")).ShouldBe(1L);
    }

    [Fact]
    public async Task What_has_had_itsTime_is_deleted_once_a_day()
    {
        await using var store = Open();
        await store.AppendAsync([Refusal("old")], Token);
        Time.Advance(TimeSpan.FromDays(6));
        await store.AppendAsync([Refusal("young")], Token);
        Time.Advance(TimeSpan.FromDays(2));
        await store.AppendAsync([Refusal("new")], Token);

        (await ReadAsync(store)).Cast<RefusalRecord>().Select(static refusal => refusal.Tenant).ShouldBe(["young", "new"]);
    }

    [Fact]
    public async Task A_batch_is_there_as_a_whole_or_not_at_all()
    {
        await using var store = Open();
        await store.AppendAsync([Refusal("before")], Token);
        await ScalarAsync($"ALTER TABLE {_schema}.history ADD CHECK (record->>'tenant' <> 'bad')");

        await Should.ThrowAsync<PostgresException>(async () => await store.AppendAsync([Refusal("good"), Refusal("bad")], Token));
        (await ReadAsync(store)).Cast<RefusalRecord>().Select(static refusal => refusal.Tenant).ShouldBe(["before"]);
    }

    [Fact]
    public void What_is_wrong_is_said_without_how_to_connect()
    {
        var faults = new PostgreSqlHistoryOptionsValidator();
        const string Secret = "CANARY-4711";

        faults.Validate(name: null, new PostgreSqlHistoryOptions { Schema = "Public; --", ConnectionString = $"Hots=db;Password={Secret}" }).Failures.ShouldBe(
        [
            "PostgreSqlHistoryOptions.Schema: not right → a letter or underscore, then up to 62 letters, digits and underscores, all in lower case.",
            "PostgreSqlHistoryOptions.ConnectionString: not right → what Npgsql reads, such as 'Host=db;Database=shop;Username=history'.",
        ]);
        faults.Validate(name: null, new PostgreSqlHistoryOptions()).Succeeded.ShouldBeTrue();
        faults.Validate(name: null, new PostgreSqlHistoryOptions { ConnectionString = "Host=db", Schema = "_a1" }).Succeeded.ShouldBeTrue();
    }

    public async ValueTask DisposeAsync() => await _source.DisposeAsync();

    private PostgreSqlHistoryStore Open() => new(
        new Lazy<NpgsqlDataSource>(_source),
        isOwned: false,
        _schema,
        new HistorySettings(new OptionsFactory<RateLimitHistoryOptions>([new ConfigureOptions<RateLimitHistoryOptions>(static options => options.Retention = TimeSpan.FromDays(7))], [], []), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance),
        Time);

    protected override IHistoryStore Store() => Open();

    protected override void AddHistory(IServiceCollection services) =>
        services.AddRateLimitHistoryPostgreSql(options => (options.ConnectionString, options.Schema) = (server.ConnectionString, _schema));

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Token);
    }
}
