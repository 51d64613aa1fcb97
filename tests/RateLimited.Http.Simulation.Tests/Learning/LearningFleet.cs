using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Redis;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Exchange;
using RateLimited.Http.Redis.Keys;
using RateLimited.Http.Simulation.Tests.Fleets;
using RateLimited.Http.Simulation.Tests.Worlds;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using StackExchange.Redis;

namespace RateLimited.Http.Simulation.Tests.Learning;

/// <summary>Processes of one service that count in one Redis, the real script in virtual time: every question takes four milliseconds there and back.</summary>
internal sealed class LearningFleet : IDisposable
{
    private static readonly TimeSpan RoundTrip = TimeSpan.FromMilliseconds(4);

    private readonly List<(string Channel, Action<string> OnMessage)> _listeners = [];
    private readonly List<(RateLimitingTelemetry Telemetry, InProcessStore Store, ServiceLimiter Service)> _processes = [];
    private readonly VirtualRedis _redis;

    /// <param name="processes">How many processes there are.</param>
    /// <param name="limit">What each has configured.</param>
    public LearningFleet(int processes, Func<LimitDefinition> limit)
    {
        Time = new ManualTimeProvider(World.Start);
        _redis = new VirtualRedis(ExchangeScript.Current.Text, () => Time.GetTimestamp(), (channel, message) => Later(() => _listeners.FindAll(each => each.Channel == channel).ForEach(each => each.OnMessage(message))));
        for (var i = 0; i < processes; i++)
        {
            Start($"p{i}", limit(), 100 / processes);
        }
    }

    public ManualTimeProvider Time { get; }

    /// <summary>How often Redis was asked.</summary>
    public int Asked => _redis.Runs;

    public ServiceLimiter[] Services => [.. _processes.Select(static process => process.Service)];

    /// <summary>What a process says that the limit is now.</summary>
    public static long LimitOf(ServiceLimiter service) => service.GetStatus().Limits[0].Quota;

    public void Dispose()
    {
        foreach (var (telemetry, store, service) in _processes)
        {
            service.Dispose();
            store.Dispose();
            telemetry.Dispose();
        }

        _redis.Dispose();
    }

    private void Start(string name, LimitDefinition limit, int line)
    {
        var telemetry = new RateLimitingTelemetry();
        var store = new InProcessStore(Time, []);
        var definition = new ServiceDefinition { Name = "s", Limits = [limit], ArrivalGuard = TimeSpan.Zero, Queue = new QueueDefinition { Length = line, Timeout = TimeSpan.FromSeconds(10), Ageing = TimeSpan.FromDays(1) } };
        _processes.Add((telemetry, store, new ServiceLimiter(definition, store, telemetry.For("s"), Completion.Inline, new Store(this, name))));
    }

    private void Later(Action happens) => Wait(RoundTrip / 2, happens);

    private void Wait(TimeSpan duration, Action happens)
    {
        ITimer? timer = null;
        timer = Time.CreateTimer(
            _ =>
            {
                timer!.Dispose();
                happens();
            },
            state: null,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        timer.Change(duration, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What one process counts in.</summary>
    private sealed class Store(LearningFleet fleet, string process) : ISharedStore, IRedisConnection
    {
        private readonly RedisStoreOptions _options = new() { Instances = 1 };

        public string Name => "Redis";

        public SharedSettings Settings { get; } = new() { Ahead = 0, Instances = 1, Dice = new Random(1) };

        public bool IsConnected => true;

        public ISharedCounts Open(string service, Action<int> onNews)
        {
            var schema = new KeySchema("rl", []);
            return new RedisCounts([ConnectionSource.Of(this)], schema, schema.Of(service), process, _options, fleet.Time, onNews);
        }

        public Task<byte[]?> RunAsync(byte[] sha1, RedisKey[] keys, RedisValue[] values) => LoadAndRunAsync(string.Empty, keys, values);

        public Task<byte[]?> LoadAndRunAsync(string script, RedisKey[] keys, RedisValue[] values)
        {
            var answer = new TaskCompletionSource<byte[]?>();
            fleet.Later(() =>
            {
                var answered = fleet._redis.LoadAndRun([.. keys.Select(static key => (byte[])key!)], [.. values.Select(static value => (byte[])value!)]);
                RedisRecords.Check(fleet._redis.Written);
                fleet.Later(() => answer.SetResult(answered));
            });
            return answer.Task;
        }

        public Task<RedisResult> AskAsync(string command, params object[] arguments) => throw new NotSupportedException("No limit is decided by it.");

        public Task LookAroundAsync() => Task.CompletedTask;

        public Task<string?> EvictionAsync() => Task.FromResult<string?>(null);

        public Task SubscribeAsync(string channel, Action<string> onMessage)
        {
            fleet._listeners.Add((channel, onMessage));
            return Task.CompletedTask;
        }
    }
}
