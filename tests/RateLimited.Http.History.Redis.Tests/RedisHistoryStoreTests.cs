using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.History.Tests.Journal;
using RateLimited.Http.History.Tests.Stores;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Testing;
using StackExchange.Redis;

namespace RateLimited.Http.History.Redis.Tests;

/// <summary>Against a real server, whose clock tells which records have had their time; each test has a prefix of its own.</summary>
public sealed class RedisHistoryStoreTests : HistoryStoreCases, IClassFixture<RedisServer>, IDisposable
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(7);

    private readonly RedisServer _server;
    private readonly string _prefix = $"t{Guid.NewGuid():n}"[..20];
    private readonly ConnectionMultiplexer _multiplexer;
    private readonly IDatabase _database;

    public RedisHistoryStoreTests(RedisServer server)
    {
        _server = server;
        _multiplexer = ConnectionMultiplexer.Connect(server.Options);
        _database = _multiplexer.GetDatabase();
    }

    /// <summary>It begins when it is, for the server has a clock of its own.</summary>
    protected override ManualTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    private string Key => $"{_prefix}:history:v1";

    [Fact]
    public async Task Many_records_are_read_page_by_page_and_none_twice()
    {
        var store = Store();
        const int Many = (RedisHistoryStore.PageSize * 2) + 17;
        await store.AppendAsync([.. Enumerable.Range(0, RedisHistoryStore.PageSize).Select(Numbered)], Token);
        (await ReadAsync(store)).Count.ShouldBe(RedisHistoryStore.PageSize);
        await store.AppendAsync([.. Enumerable.Range(RedisHistoryStore.PageSize, Many - RedisHistoryStore.PageSize).Select(Numbered)], Token);

        (await ReadAsync(store)).ShouldBe(Enumerable.Range(0, Many).Select(Numbered));
    }

    [Fact]
    public async Task More_records_than_may_be_kept_take_the_place_of_the_oldest_and_a_batch_of_several_steps_is_kept_in_order()
    {
        var store = Store(maxRecords: 1_500);
        await store.AppendAsync([.. Enumerable.Range(0, 1_000).Select(Numbered)], Token);
        await store.AppendAsync([.. Enumerable.Range(1_000, 1_000).Select(Numbered)], Token);

        (await ReadAsync(store)).ShouldBe(Enumerable.Range(500, 1_500).Select(Numbered));
        await store.AppendAsync([.. Enumerable.Range(2_000, RedisHistoryStore.MostInOneStep + 5).Select(Numbered)], Token);
        (await ReadAsync(store)).ShouldBe(Enumerable.Range(RedisHistoryStore.MostInOneStep + 505, 1_500).Select(Numbered));
    }

    [Fact]
    public async Task What_has_had_its_time_is_deleted_with_the_next_batch()
    {
        foreach (var (age, tenant) in new[] { (TimeSpan.FromDays(8), "old"), (TimeSpan.FromDays(6), "young") })
        {
            var record = Refusal(tenant) with { At = Now - age };
            await AskAsync("XADD", Key, record.At.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture), "record", Journal.RecordJson.Write(record));
        }

        var store = Store();
        await store.AppendAsync([Refusal("new")], Token);

        (await ReadAsync(store)).Cast<RefusalRecord>().Select(static refusal => refusal.Tenant).ShouldBe(["young", "new"]);
        ((long)await AskAsync("XLEN", Key)).ShouldBe(2);
    }

    [Fact]
    public async Task Every_key_ends_by_itself_after_the_retention()
    {
        await Store().AppendAsync([Refusal("a"), Usage(Now)], Token);

        var keys = (string[])(await AskAsync("KEYS", $"{_prefix}*"))!;
        keys.ShouldBe([Key]);
        var left = TimeSpan.FromMilliseconds((long)await AskAsync("PTTL", Key));
        left.ShouldBeGreaterThan(Retention - TimeSpan.FromHours(1));
        left.ShouldBeLessThanOrEqualTo(Retention);
    }

    [Fact]
    public async Task A_record_of_a_later_version_is_passed_over_and_what_is_no_stream_is_said()
    {
        var store = Store();
        await AskAsync("XADD", Key, "*", "record", "{\"kind\":\"later\"}");
        await store.AppendAsync([Refusal("a")], Token);
        (await ReadAsync(store)).ShouldBe([Refusal("a")]);

        await AskAsync("SET", Key, "another program's");
        const string Said = "The Redis that the history is kept in: Another program keeps something else under a key of these limits: give this one a Prefix of its own.";
        (await Should.ThrowAsync<IOException>(async () => await store.AppendAsync([Refusal("b")], Token))).Message.ShouldBe(Said);
        (await Should.ThrowAsync<IOException>(async () => await ReadAsync(store))).Message.ShouldBe(Said);
    }

    [Fact]
    public async Task The_report_is_that_of_a_journal()
    {
        using var directory = new JournalDirectory { Time = Time };
        using var journal = directory.Open();
        var store = Store();
        var random = new Random(7);
        HistoryRecord[] records =
        [
            .. Enumerable.Range(0, 700).Select(number => JournalDirectory.Refusal(Now.AddMinutes(-random.Next(1_200)), $"t{number % 31}", random.Next(1, 9))),
            .. Enumerable.Range(0, 200).Select(minute => Usage(Now.AddMinutes(-minute))),
            new LossRecord { At = Now, Refusals = 3, Minutes = 2 },
        ];
        await store.AppendAsync(records, Token);
        await journal.AppendAsync(records, Token);
        var period = ReportPeriod.Day(DateOnly.FromDateTime(Now.UtcDateTime));

        var report = HistoryReport.Of(period, await ReadAsync(store, HistoryReport.FirstOf(period), period.To));
        report.Services.Count.ShouldBe(1);
        report.LostRefusals.ShouldBe(3);
        report.ToJson().ShouldBe(HistoryReport.Of(period, await directory.ReadAsync(HistoryReport.FirstOf(period), period.To)).ToJson());
    }

    [Fact]
    public async Task A_user_with_the_rights_that_the_documentation_names_can_do_all_of_it()
    {
        using var server = new RedisServer();
        using var admin = await ConnectionMultiplexer.ConnectAsync(server.Options);
        await Elsewhere.GoOnAsync(admin.GetDatabase().ExecuteAsync(
            "ACL", "SETUSER", "default", "resetkeys", "resetchannels", "~rl:history:*", "-@all", "+eval", "+evalsha", "+script|load", "+time", "+xadd", "+xtrim", "+pexpire", "+xrange", "+ping", "+echo", "+client", "+info", "+select"));
        using var store = new RedisHistoryStore(ConnectionSource.Of($"127.0.0.1:{server.Port}", -1), new RedisHistoryOptions(), Settings());

        await store.AppendAsync([Refusal("a")], Token);
        (await ReadAsync(store)).ShouldBe([Refusal("a")]);
    }

    [Fact]
    public void What_is_wrong_is_said_without_how_to_connect()
    {
        var faults = new RedisHistoryOptionsValidator();
        const string Secret = "CANARY-4711";

        faults.Validate(name: null, new RedisHistoryOptions { Prefix = "a:b", MaxRecords = 999, Database = -2, Configuration = $"db.example.com,password={Secret}" }).Failures.ShouldBe(
        [
            "RedisHistoryOptions.Prefix: not right → 1 to 32 letters, digits, dots, dashes or underscores.",
            "RedisHistoryOptions.MaxRecords: not right → a number from 1000 to 100000000.",
            "RedisHistoryOptions.Database: not right → -1, the connection's own, or a database's number.",
            "RedisHistoryOptions.Configuration: not right → 'ssl=true' for servers that are not on this machine, or AllowInsecure where the network itself is trusted.",
        ]);
        faults.Validate(name: null, new RedisHistoryOptions()).Succeeded.ShouldBeTrue();
        faults.Validate(name: null, new RedisHistoryOptions { Configuration = "db.example.com", AllowInsecure = true }).Succeeded.ShouldBeTrue();
    }

    [Fact]
    public async Task Without_a_configuration_it_is_the_multiplexer_of_the_container_or_said_that_there_is_none()
    {
        await using var shared = new ServiceCollection().AddSingleton<IConnectionMultiplexer>(_multiplexer).AddRateLimitHistoryRedis(options => options.Prefix = _prefix).BuildServiceProvider();
        await shared.GetRequiredService<IHistoryStore>().AppendAsync([Refusal("a")], Token);
        ((long)await AskAsync("XLEN", Key)).ShouldBe(1);

        await using var none = new ServiceCollection().AddRateLimitHistoryRedis().BuildServiceProvider();
        (await Should.ThrowAsync<InvalidOperationException>(async () => await none.GetRequiredService<IHistoryStore>().AppendAsync([Refusal("a")], Token))).Message.ShouldStartWith("AddRateLimitHistoryRedis was told no server");
    }

    public void Dispose() => _multiplexer.Dispose();

    protected override IHistoryStore Store() => Store(maxRecords: 100_000);

    protected override void AddHistory(IServiceCollection services) => services.AddRateLimitHistoryRedis(options => (options.Configuration, options.Prefix) = (_server.Address, _prefix));

    private static Configuration.HistorySettings Settings() => JournalDirectory.Settings(static options => options.Retention = Retention);

    private RedisHistoryStore Store(int maxRecords) => new(ConnectionSource.Of(() => _multiplexer, -1), new RedisHistoryOptions { Prefix = _prefix, MaxRecords = maxRecords }, Settings());

    private Task<RedisResult> AskAsync(string command, params object[] arguments) => Elsewhere.GoOnAsync(_database.ExecuteAsync(command, arguments));

    private RefusalRecord Numbered(int number) => Refusal($"{number}");
}
