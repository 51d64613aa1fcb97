using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;
using RateLimited.Http.Redis;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Exchange;
using RateLimited.Http.Redis.Keys;
using RateLimited.Http.Telemetry;
using RateLimited.Http.Testing;
using StackExchange.Redis;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>
/// Four processes that are configured with nothing and always want more, at an upstream with a bucket that its answers tell of: the real limiters, the real messages and the real script, in virtual time and by
/// one thread.
/// </summary>
internal sealed class FlowRun : IDisposable
{
    public const int Quota = 100;
    private const int Processes = 4;

    /// <summary>How many callers each has.</summary>
    private const int Callers = 60;

    private readonly ManualTimeProvider _time = new();
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly RateLimitingTelemetry _telemetry = new();
    private readonly List<ServiceLimiter> _limiters = [];
    private readonly List<InProcessStore> _stores = [];
    private readonly List<Connection> _connections = [];
    private readonly VirtualRedis _redis;
    private readonly Random _random;
    private readonly long _window;
    private readonly FlowWords _words;
    private double _level = Quota;
    private long _flowedAt;
    private long _order;

    /// <param name="window">In how much time the bucket fills.</param>
    /// <param name="words">What answers say of that.</param>
    /// <param name="seed">What latencies are drawn from.</param>
    public FlowRun(TimeSpan window, FlowWords words, int seed)
    {
        (_window, _words, _random) = (window.Ticks, words, new Random(seed));
        _redis = new VirtualRedis(ExchangeScript.Current.Text, () => Now, (channel, message) => _connections.ForEach(connection => connection.Hear(channel, message)));
        var definition = new ServiceDefinition { Name = "s", Limits = [], Correction = new CorrectionDefinition { Discover = true }, Queue = new QueueDefinition { Timeout = TimeSpan.FromHours(10) } };
        for (var i = 0; i < Processes; i++)
        {
            var store = new InProcessStore(_time, []);
            _stores.Add(store);
            _connections.Add(new Connection(this));
            _limiters.Add(new ServiceLimiter(definition, store, _telemetry.For(definition.Name), Completion.Inline, new Shared(_connections[^1], $"process {i}", _time)));
        }
    }

    public int Ok { get; private set; }

    public int Refused { get; private set; }

    /// <summary>All that there was.</summary>
    public double Flowed => Quota + ((double)Quota * Now / _window);

    private long Now => _time.GetTimestamp();

    public void Run(int windows)
    {
        foreach (var limiter in _limiters)
        {
            for (var i = 0; i < Callers; i++)
            {
                At(0, () => Ask(limiter));
            }
        }

        for (var end = windows * _window; Now < end;)
        {
            var timer = _time.UntilNextTimer is { } until ? Now + until.Ticks : long.MaxValue;
            var next = _events.TryPeek(out _, out var due) ? Math.Min(due.At, timer) : timer;
            _time.Advance(TimeSpan.FromTicks(Math.Min(next, end) - Now));
            while (_events.TryPeek(out var happen, out due) && due.At <= Now)
            {
                _events.Dequeue();
                happen();
            }
        }
    }

    public void Dispose()
    {
        _limiters.ForEach(static limiter => limiter.Dispose());
        _stores.ForEach(static store => store.Dispose());
        _telemetry.Dispose();
        _redis.Dispose();
    }

    private void At(long instant, Action action) => _events.Enqueue(action, (instant, _order++));

    private void In(int least, int most, Action action) => At(Now + _random.NextInt64(least * TimeSpan.TicksPerMillisecond, most * TimeSpan.TicksPerMillisecond), action);

    private void Ask(ServiceLimiter limiter) => _ = limiter.AdmitAsync(default, CancellationToken.None).AsTask().ContinueWith(
        admitted => In(5, 50, () => Arrive(limiter, admitted.GetAwaiter().GetResult())), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);

    private void Arrive(ServiceLimiter limiter, AdmissionTicket ticket)
    {
        _level = Math.Min(Quota, _level + ((double)Quota * (Now - _flowedAt) / _window));
        _flowedAt = Now;
        var isOk = _level >= 1;
        _level -= isOk ? 1 : 0;
        Ok += isOk ? 1 : 0;
        Refused += isOk ? 0 : 1;
        var untilFull = (long)((Quota - _level) * _window / Quota);
        var report = new QuotaReport
        {
            Name = "requests".AsMemory(),
            Unit = UnitCost.Requests,
            Limit = Quota,
            Remaining = (long)_level,
            ResetAfter = Cut(untilFull, TimeSpan.TicksPerMillisecond),
            Window = _words == FlowWords.Window ? _window : 0,
            Refills = true,
            IsOfRefusal = !isOk,
        };
        if (_words != FlowWords.Date)
        {
            In(1, 10, () => Answer(limiter, ticket, report));
            return;
        }

        var full = Cut(Now + untilFull, TimeSpan.TicksPerSecond);
        In(0, 3_000, () =>
        {
            var dated = report with { ResetAfter = full - Cut(Now, TimeSpan.TicksPerSecond), Precision = TimeSpan.TicksPerSecond };
            In(1, 10, () => Answer(limiter, ticket, dated with { Age = Now - ticket.ChargedAt }));
        });

        static long Cut(long time, long to) => time / to * to;
    }

    private void Answer(ServiceLimiter limiter, AdmissionTicket ticket, QuotaReport report)
    {
        limiter.Answered(ticket, [report], limiter.Now);
        if (report.IsOfRefusal)
        {
            limiter.Pause(ticket, new TimeSpan(_window / Quota));
        }

        limiter.HeardFirst(ticket);
        ticket.Complete();
        Ask(limiter);
    }

    /// <summary>One process's store.</summary>
    private sealed class Shared(Connection connection, string life, TimeProvider time) : ISharedStore
    {
        public string Name => "Redis";

        public SharedSettings Settings { get; } = new() { Instances = Processes, Dice = new Random(1) };

        public ISharedCounts Open(string service, Action<int> onNews)
        {
            var schema = new KeySchema("rl", []);
            return new RedisCounts([ConnectionSource.Of(connection)], schema, schema.Of(service), life, new RedisStoreOptions { Instances = Processes }, time, onNews);
        }
    }

    /// <summary>A way to Redis that takes a millisecond or less, and loses nothing.</summary>
    private sealed class Connection(FlowRun run) : IRedisConnection
    {
        private readonly List<Action<string>> _listeners = [];

        public bool IsConnected => true;

        public Task<byte[]?> RunAsync(byte[] sha1, RedisKey[] keys, RedisValue[] values) => LoadAndRunAsync("", keys, values);

        public Task<byte[]?> LoadAndRunAsync(string script, RedisKey[] keys, RedisValue[] values)
        {
            var answer = new TaskCompletionSource<byte[]?>();
            byte[][] names = [.. keys.Select(static key => (byte[])key!)];
            byte[][] told = [.. values.Select(static value => (byte[])value!)];
            run.In(0, 1, () =>
            {
                var bytes = run._redis.LoadAndRun(names, told);
                RedisRecords.Check(run._redis.Written);
                run.In(0, 1, () => answer.SetResult(bytes));
            });
            return answer.Task;
        }

        public Task<RedisResult> AskAsync(string command, params object[] arguments) => throw new NotSupportedException("No limit is decided by it.");

        public Task LookAroundAsync() => Task.CompletedTask;

        public Task<string?> EvictionAsync() => Task.FromResult<string?>(null);

        public Task SubscribeAsync(string channel, Action<string> onMessage)
        {
            _listeners.Add(onMessage);
            return Task.CompletedTask;
        }

        public void Hear(string channel, string message) => _listeners.ForEach(onMessage => run.In(0, 1, () => onMessage(message)));
    }
}
