using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Npgsql;
using RateLimited.Http.History.Configuration;
using RateLimited.Http.History.PostgreSql.Tests.Servers;
using RateLimited.Http.Testing;

namespace RateLimited.Http.History.PostgreSql.Tests;

/// <summary>Against a real server; each test has a schema of its own.</summary>
public sealed class PostgreSqlHistoryStoreTests(PostgreSqlServer server) : IClassFixture<PostgreSqlServer>, IAsyncDisposable
{
    private readonly string _schema = $"t{Guid.NewGuid():n}";
    private readonly ManualTimeProvider _time = new();
    private readonly NpgsqlDataSource _source = NpgsqlDataSource.Create(server.ConnectionString);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private DateTimeOffset Now => _time.GetUtcNow();

    [Fact]
    public async Task Every_kind_of_record_is_read_as_it_was_written_in_the_order_in_which_it_was()
    {
        HistoryRecord[] written =
        [
            Refusal("<script>\"\u0000\u202e'; DROP TABLE history; --</script>"),
            Usage(Now.AddMinutes(-1)),
            new LossRecord { At = Now, Refusals = 3, Minutes = 2 },
        ];
        await using var store = Store();
        await store.AppendAsync(written, Token);
        await store.AppendAsync([Refusal("later")], Token);

        var read = await ReadAsync(store);

        read.Count.ShouldBe(4);
        read[0].ShouldBe(written[0]);
        read[1].ShouldBeOfType<UsageRecord>().Limits.ShouldBe(((UsageRecord)written[1]).Limits);
        read[2].ShouldBe(written[2]);
        read[3].ShouldBe(Refusal("later"));
    }

    [Fact]
    public async Task Only_the_time_that_is_asked_for_is_read()
    {
        await using var store = Store();
        await store.AppendAsync([.. Enumerable.Range(0, 10).Select(hour => Refusal($"{hour}") with { At = Now.AddHours(hour) })], Token);

        (await ReadAsync(store, Now.AddHours(3), Now.AddHours(6))).Cast<RefusalRecord>().Select(static refusal => refusal.Tenant).ShouldBe(["3", "4", "5"]);
    }

    [Fact]
    public async Task Many_who_come_at_once_make_the_tables_once_and_all_of_them_write()
    {
        var stores = Enumerable.Range(0, 8).Select(_ => Store()).ToList();
        await Task.WhenAll(stores.Select((store, number) => store.AppendAsync([Refusal($"{number}")], Token).AsTask()));

        (await ReadAsync(stores[0])).Cast<RefusalRecord>().Select(static refusal => refusal.Tenant!).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 8).Select(static number => $"{number}"));
        (await ScalarAsync($"SELECT count(*) FROM {_schema}.history_version")).ShouldBe(1L);
    }

    [Fact]
    public async Task Tables_of_a_later_version_are_left_alone_and_said()
    {
        await using (var store = Store())
        {
            await store.AppendAsync([Refusal("a")], Token);
        }

        await ScalarAsync($"INSERT INTO {_schema}.history_version (version) VALUES (99)");
        await using var earlier = Store();
        (await Should.ThrowAsync<InvalidOperationException>(async () => await earlier.AppendAsync([Refusal("b")], Token))).Message
            .ShouldBe($"{_schema}.history_version: 99 → at most 1, or the version of RateLimited.Http.History.PostgreSql that made it.");
        (await ScalarAsync($"SELECT count(*) FROM {_schema}.history")).ShouldBe(1L);
    }

    [Fact]
    public async Task What_has_had_its_time_is_deleted_once_a_day()
    {
        await using var store = Store();
        await store.AppendAsync([Refusal("old")], Token);
        _time.Advance(TimeSpan.FromDays(6));
        await store.AppendAsync([Refusal("young")], Token);
        _time.Advance(TimeSpan.FromDays(2));
        await store.AppendAsync([Refusal("new")], Token);

        (await ReadAsync(store)).Cast<RefusalRecord>().Select(static refusal => refusal.Tenant).ShouldBe(["young", "new"]);
    }

    [Fact]
    public async Task A_batch_is_there_as_a_whole_or_not_at_all()
    {
        await using var store = Store();
        await store.AppendAsync([Refusal("before")], Token);
        await ScalarAsync($"ALTER TABLE {_schema}.history ADD CHECK (record->>'tenant' <> 'bad')");

        await Should.ThrowAsync<PostgresException>(async () => await store.AppendAsync([Refusal("good"), Refusal("bad")], Token));
        (await ReadAsync(store)).Cast<RefusalRecord>().Select(static refusal => refusal.Tenant).ShouldBe(["before"]);
    }

    [Fact]
    public async Task A_program_records_into_it_and_reports_from_it()
    {
        var services = new ServiceCollection().AddSingleton<TimeProvider>(_time);
        services.AddServiceRateLimiting("shop", static shop => shop.Limit("10/minute"));
        services.AddRateLimitHistoryPostgreSql(options => (options.ConnectionString, options.Schema) = (server.ConnectionString, _schema));
        await using var container = services.BuildServiceProvider();
        IReadOnlyList<IHostedService> hosts = [.. container.GetServices<IHostedService>()];
        foreach (var host in hosts)
        {
            await host.StartAsync(Token);
        }

        var shop = container.GetRequiredKeyedService<IServiceRateLimiter>("shop");
        for (var i = 0; i < 14; i++)
        {
            shop.TryAcquire(new AdmissionRequest { Tenant = "acme" }).Lease?.Dispose();
        }

        foreach (var host in hosts.Reverse())
        {
            await host.StopAsync(Token);
        }

        var history = container.GetRequiredService<RateLimitHistory>();
        history.Dropped.ShouldBe(0);
        var report = (await history.ReportAsync(ReportPeriod.Day(DateOnly.FromDateTime(Now.UtcDateTime)), cancellationToken: Token)).Services.Single();
        report.Requests.ShouldBe(new RequestCounts(10, 0, 4, 0, 0));
        report.ByTenant.Top.ShouldBe([new RankedRefusals("acme", 4)]);
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

    private static async Task<IReadOnlyList<HistoryRecord>> ReadAsync(PostgreSqlHistoryStore store, DateTimeOffset? from = null, DateTimeOffset? to = null)
    {
        var records = new List<HistoryRecord>();
        await foreach (var record in store.ReadAsync(from ?? DateTimeOffset.MinValue, to ?? DateTimeOffset.MaxValue, Token))
        {
            records.Add(record);
        }

        return records;
    }

    private static UsageRecord Usage(DateTimeOffset at) => new()
    {
        At = at,
        Service = "shop",
        Admitted = 5,
        Limits = [new LimitUsage { Name = "10/minute", Unit = "requests", Partition = "service", Quota = 10, Peak = 5, Used = 5, Taken = 5 }],
    };

    private RefusalRecord Refusal(string tenant) => new() { At = Now, Service = "shop", Reason = RejectionReason.Timeout, Tenant = tenant };

    private PostgreSqlHistoryStore Store() => new(
        new Lazy<NpgsqlDataSource>(_source),
        isOwned: false,
        _schema,
        new HistorySettings(new OptionsFactory<RateLimitHistoryOptions>([new ConfigureOptions<RateLimitHistoryOptions>(static options => options.Retention = TimeSpan.FromDays(7))], [], []), Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance),
        _time);

    private async Task<object?> ScalarAsync(string sql)
    {
        await using var command = _source.CreateCommand(sql);
        return await command.ExecuteScalarAsync(Token);
    }
}
