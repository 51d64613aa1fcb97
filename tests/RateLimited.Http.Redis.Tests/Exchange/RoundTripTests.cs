using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Configuration;
using RateLimited.Http.Limits;
using RateLimited.Http.Redis.Tests.Servers;
using RateLimited.Http.Telemetry;
using StackExchange.Redis;

namespace RateLimited.Http.Redis.Tests.Exchange;

/// <summary>One round trip for each exchange, as the server counts them, and one exchange for however many come together.</summary>
public sealed class RoundTripTests : IDisposable
{
    private const int OneByOne = 50;
    private const int Together = 200;

    /// <summary>What the script itself calls, which the server counts beside it, and what the client asks by itself now and then.</summary>
    private static readonly string[] Inner = ["time", "pttl", "get", "set", "getrange", "setrange", "publish", "info", "ping", "echo", "client", "config", "select", "subscribe", "unsubscribe"];

    private readonly RedisServer _server = new();
    private readonly RateLimitingTelemetry _telemetry = new();

    private static CancellationToken Ended => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_exchange_is_one_call_of_the_script_and_nothing_else()
    {
        using var admin = await ConnectionMultiplexer.ConnectAsync(_server.Options);
        var services = new ServiceCollection();
        services.AddRateLimitingRedis(redis => (redis.Configuration, redis.Timeout) = (_server.Address, TimeSpan.FromSeconds(20)));
        await using var container = services.BuildServiceProvider();
        var store = new CountingStore(container.GetServices<ISharedStore>().First());
        using var process = new ServiceLimiter(Definition(), new InProcessStore(TimeProvider.System, []), _telemetry.For("s"), shared: store);

        // Connecting, and giving the server the script, is done once.
        (await process.AcquireAsync(cancellationToken: Ended)).Dispose();
        var before = await BeginCountingAsync(store, admin);

        for (var i = 0; i < OneByOne; i++)
        {
            (await process.AcquireAsync(cancellationToken: Ended)).Dispose();
        }

        var (calls, exchanges) = await CountedAsync(store, admin);
        calls["evalsha"].ShouldBe(exchanges - before);
        calls.Keys.Except(Inner).ShouldBe(["evalsha"]);
        before = store.Exchanges;

        await Task.WhenAll(Enumerable.Range(0, Together).Select(async _ => (await process.AcquireAsync(cancellationToken: Ended)).Dispose()));

        // Each alone would be as many as there are, and as many again to release what they held.
        (store.Exchanges - before).ShouldBeLessThan(Together);
    }

    [Fact]
    public async Task A_decision_with_keys_is_one_round_trip_however_many_limits_and_keys_there_are()
    {
        using var admin = await ConnectionMultiplexer.ConnectAsync(_server.Options);
        var services = new ServiceCollection();
        services.AddRateLimitingRedis(redis => (redis.Configuration, redis.Timeout, redis.Secret) = (_server.Address, TimeSpan.FromSeconds(20), "a secret of this test"));
        services.RemoveAll<ISharedStore>().AddSingleton<ISharedStore>(static process => new CountingStore(process.GetRequiredService<RedisStore>()));
        services.AddServiceRateLimiting("s", static service =>
        {
            (service.Store, service.ArrivalGuard) = ("Redis", TimeSpan.Zero);
            service.Limit("10000/h token-bucket").Limit("10000/d fixed").Limit("5000/h sliding per key").Limit("5000/d fixed per key");
            service.Keys.Add("sk-one").Add("sk-two").Add("sk-three");
        });
        await using var container = services.BuildServiceProvider();
        var process = container.GetRequiredKeyedService<IServiceRateLimiter>("s");
        var store = (CountingStore)container.GetRequiredService<ISharedStore>();
        (await process.AcquireAsync(cancellationToken: Ended)).Dispose();
        var before = await BeginCountingAsync(store, admin);

        var keys = new HashSet<string?>();
        for (var i = 0; i < OneByOne; i++)
        {
            using var lease = await process.AcquireAsync(cancellationToken: Ended);
            keys.Add(lease.Key);
        }

        var (calls, exchanges) = await CountedAsync(store, admin);

        // A process that comes late to what it was granted asks once more; that all limits stand in one question the tests of exchanges see.
        calls["evalsha"].ShouldBe(exchanges - before);
        calls.Keys.Except(Inner).ShouldBe(["evalsha"]);
        keys.Count.ShouldBe(3);
    }

    public void Dispose()
    {
        _server.Dispose();
        _telemetry.Dispose();
    }

    /// <summary>Lets the server count from when nothing is under way. Returns how many exchanges there were before.</summary>
    private async Task<int> BeginCountingAsync(CountingStore store, ConnectionMultiplexer admin)
    {
        var before = 0;
        await Eventually.Holds(
            () =>
            {
                before = store.Exchanges;
                admin.GetServer(_server.Address).ConfigResetStatistics();
                return store.IsIdle && store.Exchanges == before;
            },
            "all is told");
        return before;
    }

    private static async Task<(Dictionary<string, int> Calls, int Exchanges)> CountedAsync(CountingStore store, ConnectionMultiplexer admin)
    {
        var (calls, exchanges) = (new Dictionary<string, int>(), 0);
        await Eventually.Holds(
            () =>
            {
                (exchanges, calls) = (store.Exchanges, CallsOf(admin));
                return store.IsIdle && store.Exchanges == exchanges;
            },
            "all is told");
        return (calls, exchanges);
    }

    private static ServiceDefinition Definition() => new()
    {
        Name = "s",
        Limits =
        [
            new LimitDefinition("bucket", UnitCost.Requests, new TokenBucket(10_000, TimeSpan.TicksPerHour, 10_000)),
            new LimitDefinition("sliding", UnitCost.Requests, new SlidingWindow(10_000, TimeSpan.TicksPerHour)),
            new LimitDefinition("fixed", UnitCost.Requests, new FixedWindow(10_000, TimeSpan.TicksPerDay)),
            new LimitDefinition("slots", UnitCost.Requests, new Concurrency(1_000)),
        ],
        ArrivalGuard = TimeSpan.Zero,
    };

    private static Dictionary<string, int> CallsOf(ConnectionMultiplexer admin) => ((string)admin.GetDatabase().Execute("INFO", "commandstats"))!
        .Split("\r\n")
        .Where(static line => line.StartsWith("cmdstat_", StringComparison.Ordinal))
        .Select(static line => line["cmdstat_".Length..].Split(":calls="))
        .GroupBy(static parts => parts[0].Split('|')[0], static parts => int.Parse(parts[1].Split(',')[0], CultureInfo.InvariantCulture))
        .ToDictionary(static each => each.Key, static each => each.Sum());

    /// <summary>A store that counts how often it was asked.</summary>
    private sealed class CountingStore(ISharedStore inner) : ISharedStore, ISharedCounts
    {
        private ISharedCounts? _counts;
        private int _began;
        private int _ended;

        public string Name => inner.Name;

        public SharedSettings Settings => inner.Settings;

        public TimeSpan RemembersFor => _counts!.RemembersFor;

        public int Exchanges => Volatile.Read(ref _began);

        public bool IsIdle => Volatile.Read(ref _ended) == Volatile.Read(ref _began);

        public ISharedCounts Open(string service, Action<int> onNews)
        {
            _counts = inner.Open(service, onNews);
            return this;
        }

        public async Task ExchangeAsync(SharedExchange exchange, bool isRetry)
        {
            Interlocked.Increment(ref _began);
            try
            {
                await _counts!.ExchangeAsync(exchange, isRetry);
            }
            finally
            {
                Interlocked.Increment(ref _ended);
            }
        }
    }
}
