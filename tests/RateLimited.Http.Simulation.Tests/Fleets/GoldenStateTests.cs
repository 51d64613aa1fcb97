using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Redis;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Exchange;
using RateLimited.Http.Redis.Keys;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Structure;
using StackExchange.Redis;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>
/// P13, rolling upgrade: what an older version has left in Redis is counted by this one. Each file is all that a process of a version had written three seconds after it began, when it died with its quotas used up and all
/// places held; a file is recorded once (RECORD=schema-N, where there is none of that name) and never changed.
/// </summary>
public sealed class GoldenStateTests : IDisposable
{
    private const string Folder = "tests/RateLimited.Http.Simulation.Tests/Fleets/Golden";
    private const int Quota = 10;

    private static readonly TimeSpan Died = TimeSpan.FromSeconds(3);

    private readonly ManualTimeProvider _time = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly List<IDisposable> _made = [];

    public static TheoryData<string> Schemas => [.. Directory.EnumerateFiles(Repository.PathOf(Folder), "*.txt").Select(static file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Schemas))]
    public void P13_what_an_older_version_counted_counts(string schema)
    {
        using var redis = new VirtualRedis(ExchangeScript.Current.Text, () => _time.GetTimestamp(), static (_, _) => { });
        redis.Restore(File.ReadAllLines(Repository.PathOf($"{Folder}/{schema}.txt")));
        _time.Advance(Died);

        // One flows in every ten seconds; the first four leave the window a minute after they went; the hour ends.
        AdmittedAt(redis, "bucket").ShouldBe(TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(60));
        AdmittedAt(redis, "sliding").ShouldBe(TimeSpan.FromSeconds(60), TimeSpan.FromMilliseconds(60));
        AdmittedAt(redis, "fixed").ShouldBe(TimeSpan.FromHours(1), TimeSpan.FromMilliseconds(60));
    }

    [Fact]
    public void P13_a_dead_process_of_an_older_version_holds_its_places_for_its_time_to_live()
    {
        foreach (var schema in Schemas.Select(static row => row.Data))
        {
            var time = new ManualTimeProvider();
            using var redis = new VirtualRedis(ExchangeScript.Current.Text, () => time.GetTimestamp(), static (_, _) => { });
            redis.Restore(File.ReadAllLines(Repository.PathOf($"{Folder}/{schema}.txt")));
            time.Advance(Died);

            AdmittedAt(redis, "places", time).ShouldBe(TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(3));
        }
    }

    [Fact]
    public void A_file_is_recorded_where_one_is_asked_for()
    {
        if (Environment.GetEnvironmentVariable("RECORD") is not { } name || File.Exists(Repository.PathOf($"{Folder}/{name}.txt")))
        {
            Schemas.ShouldNotBeEmpty();
            return;
        }

        using var redis = new VirtualRedis(ExchangeScript.Current.Text, () => _time.GetTimestamp(), static (_, _) => { });
        var limiters = Rules.Keys.ToDictionary(static service => service, service => Process(redis, service, _time, "dead"));
        Go(limiters, 4);
        _time.Advance(TimeSpan.FromSeconds(2));
        Go(limiters, 6);
        _time.Advance(TimeSpan.FromSeconds(1));
        File.WriteAllLines(Repository.PathOf($"{Folder}/{name}.txt"), redis.Saved());
    }

    public void Dispose()
    {
        _made.ForEach(static made => made.Dispose());
        _telemetry.Dispose();
    }

    private static readonly Dictionary<string, LimitRule> Rules = new(StringComparer.Ordinal)
    {
        ["bucket"] = new TokenBucket(Quota, 100 * TimeSpan.TicksPerSecond, Quota),
        ["sliding"] = new SlidingWindow(Quota, TimeSpan.TicksPerMinute),
        ["fixed"] = new FixedWindow(Quota, TimeSpan.TicksPerHour, WindowAnchor.Clock),
        ["places"] = new Concurrency(Quota),
    };

    private void Go(Dictionary<string, ServiceLimiter> limiters, int count)
    {
        foreach (var limiter in limiters.Values)
        {
            for (var i = 0; i < count; i++)
            {
                var admission = limiter.AdmitAsync(new AdmissionRequest(), CancellationToken.None);
                _time.Advance(TimeSpan.Zero);
                admission.IsCompletedSuccessfully.ShouldBeTrue();
            }
        }
    }

    /// <summary>When a process of this version is let go that wants one more.</summary>
    private TimeSpan AdmittedAt(VirtualRedis redis, string service, ManualTimeProvider? time = null)
    {
        time ??= _time;
        var admission = Process(redis, service, time, "heir").AdmitAsync(new AdmissionRequest { Timeout = TimeSpan.FromHours(2) }, CancellationToken.None).AsTask();
        while (!admission.IsCompleted)
        {
            time.Advance(time.UntilNextTimer.ShouldNotBeNull());
        }

        admission.IsCompletedSuccessfully.ShouldBeTrue();
        return TimeSpan.FromTicks(time.GetTimestamp());
    }

    private ServiceLimiter Process(VirtualRedis redis, string service, ManualTimeProvider time, string who)
    {
        var store = new InProcessStore(time, []);
        var definition = new ServiceDefinition { Name = service, Limits = [new LimitDefinition("requests", UnitCost.Requests, Rules[service])], ArrivalGuard = TimeSpan.Zero };
        var limiter = new ServiceLimiter(definition, store, _telemetry.For(service), Completion.Inline, new Shared(redis, time, $"{who} {_made.Count}"));
        _made.AddRange([limiter, store]);
        return limiter;
    }

    /// <summary>The store as it ships, over a Redis that answers at once.</summary>
    private sealed class Shared(VirtualRedis redis, TimeProvider time, string process) : ISharedStore, IRedisConnection
    {
        private static readonly RedisStoreOptions Options = new();

        public string Name => "Redis";

        public SharedSettings Settings { get; } = new() { Ahead = 0, Dice = new Random(1) };

        public bool IsConnected => true;

        public ISharedCounts Open(string service, Action<int> onNews)
        {
            var schema = new KeySchema("rl", []);
            return new RedisCounts([ConnectionSource.Of(this)], schema, schema.Of(service), process, Options, time, onNews);
        }

        public Task<byte[]?> RunAsync(byte[] sha1, RedisKey[] keys, RedisValue[] values) => LoadAndRunAsync(string.Empty, keys, values);

        public Task<byte[]?> LoadAndRunAsync(string script, RedisKey[] keys, RedisValue[] values) =>
            Task.FromResult<byte[]?>(redis.LoadAndRun([.. keys.Select(static key => (byte[])key!)], [.. values.Select(static value => (byte[])value!)]));

        public Task<RedisResult> AskAsync(string command, params object[] arguments) => throw new NotSupportedException("No limit is decided by it.");

        public Task LookAroundAsync() => Task.CompletedTask;

        public Task<string?> EvictionAsync() => Task.FromResult<string?>(null);

        public Task SubscribeAsync(string channel, Action<string> onMessage) => Task.CompletedTask;
    }
}
