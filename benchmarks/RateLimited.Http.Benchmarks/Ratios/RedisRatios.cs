using System.Diagnostics;
using System.Runtime;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;
using RateLimited.Http.Configuration;
using RateLimited.Http.Redis.Connection;
using RateLimited.Http.Redis.Messages;
using RateLimited.Http.Redis.Tests.Servers;
using StackExchange.Redis;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>What decisions in Redis cost, beside a raw EVALSHA of a script that does nothing, on the same connection and by turns with it: so many callers, each of whom waits for its answer.</summary>
internal static class RedisRatios
{
    private const int Callers = 64;
    private const int Servers = 3;
    private const int Rounds = 11;
    private const int LongestWarmUp = 20;
    private const int StableEnough = 3;
    private const long Much = 1_000_000_000;
    private const long Hour = 3_600_000_000;

    private static readonly TimeSpan Batch = TimeSpan.FromMilliseconds(150);

    public static IEnumerable<Figure> All =>
    [
        new("redis-three-buckets", Target.OfRate(0.35), static name => Script(name, Buckets(Much), cost: 1, warm: 100)),
        new("redis-three-sliding", Target.OfRate(0.25), static name => Script(name, Windows(Much, 1_000_000), cost: 1, warm: 40_000)),
        new("redis-refusal-bucket", Target.OfRate(0.6), static name => Script(name, Buckets(5)[..1], cost: 5, warm: 2)),
        new("redis-refusal-sliding", Target.OfRate(0.6), static name => Script(name, Windows(5, Hour)[..1], cost: 5, warm: 2)),
        new("redis-refusal-three-buckets", Target.None, static name => Script(name, Buckets(5), cost: 5, warm: 2)),
        new("redis-one-by-one", Target.Bytes(600), static name => Product(name, ahead: TimeSpan.Zero)),
        new("redis-prepaid", Target.OfRate(20), static name => Product(name, ahead: TimeSpan.FromSeconds(1))),
        new("redis-memory-bucket", Target.None, static name => Memory(name, Buckets(Much)[..1])),
        new("redis-memory-sliding", Target.None, static name => Memory(name, Windows(Much, 1_000_000)[..1])),
    ];

    private static LimitTerms[] Buckets(long quota) => [.. Enumerable.Range(1, 3).Select(id => new BucketTerms(id, quota, Hour, quota))];

    private static LimitTerms[] Windows(long quota, long window) => [.. Enumerable.Range(1, 3).Select(id => new SlidingTerms(id, quota, window))];

    private static Ratio Script(string name, LimitTerms[] terms, long cost, int warm) => OfAllServers(name, async multiplexer =>
    {
        var processes = Processes(multiplexer, name, terms, cost);
        for (var i = 0; i < warm; i += Callers)
        {
            await Task.WhenAll(processes.Take(warm - i).Select(static process => process.AskAsync()));
        }

        return await AgainstRaw(multiplexer, async caller =>
        {
            for (var process = processes[caller.Index]; caller.IsOn; caller.Count())
            {
                await process.AskAsync();
            }
        });
    });

    private static ScriptCalls[] Processes(IConnectionMultiplexer multiplexer, string name, LimitTerms[] terms, long cost) =>
        [.. Enumerable.Range(1, Callers).Select(process => new ScriptCalls(multiplexer.GetDatabase(), name, terms, cost, process))];

    /// <summary>Requests through the whole library, by one process.</summary>
    private static Ratio Product(string name, TimeSpan ahead) => OfAllServers(name, async multiplexer =>
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConnectionMultiplexer>(multiplexer);
        services.AddRateLimitingRedis(options => (options.Prefix, options.TakeAhead) = (name, ahead));
        services.AddServiceRateLimiting("api", service =>
        {
            service.Store = "Redis";
            service.ArrivalGuard = TimeSpan.Zero;
            service.Limit("1000000000000/h token-bucket").Limit("900000000000 tokens/h token-bucket").Limit("800000000000 units/h token-bucket");
        });
        await using var container = services.BuildServiceProvider();
        var limiter = container.GetRequiredKeyedService<IServiceRateLimiter>("api");
        var request = new AdmissionRequest { Costs = [new UnitCost("tokens", 10), new UnitCost("units", 1)] };
        return await AgainstRaw(multiplexer, async caller =>
        {
            for (; caller.IsOn; caller.Count())
            {
                (await limiter.AcquireAsync(request)).Dispose();
            }
        });
    });

    private static Ratio Memory(string name, LimitTerms[] terms) => With(async multiplexer =>
    {
        var processes = Processes(multiplexer, name, terms, cost: 1);
        var (few, many) = (0d, 0d);
        for (var i = 0; i <= 200_000; i += Callers)
        {
            await Task.WhenAll(processes.Select(static process => process.AskAsync()));
            few = i == 100 * Callers ? await BytesOf() : few;
            many = await BytesOf() is var now && now > many ? now : many;
        }

        return new Ratio(name, many, few, many);

        async Task<double> BytesOf() => (double)(await multiplexer.GetDatabase().ExecuteAsync("MEMORY", "USAGE", processes[0].Key));
    });

    /// <summary>How the threads of client and server fall in with each other differs from round to round and from server to server, and is of what is measured: the middle one of all rounds counts.</summary>
    private static Ratio OfAllServers(string name, Func<IConnectionMultiplexer, Task<Times>> measure)
    {
        var all = Enumerable.Range(0, Servers).Select(_ => With(measure)).ToArray();
        return new Ratio(name, Middle(all.SelectMany(static times => times.Ours)), Middle(all.SelectMany(static times => times.Raw)), all.Min(static times => times.Bytes));

        static double Middle(IEnumerable<double> times) => times.Order().ElementAt(Servers * Rounds / 2);
    }

    private static T With<T>(Func<IConnectionMultiplexer, Task<T>> measure)
    {
        using var server = new RedisServer();
        using var multiplexer = ConnectionMultiplexer.Connect($"{server.Address},allowAdmin=true,syncTimeout=60000");
        multiplexer.GetDatabase().ScriptEvaluate(ExchangeScript.Current.Text, ["{a}o"], [Nothing()]);
        return Task.Run(() => measure(multiplexer)).GetAwaiter().GetResult();
    }

    private static byte[] Nothing()
    {
        var message = new MessageWriter();
        message.Add(2, 7, 1, 0, 0, 0, 0, 0);
        return message.ToBytes();
    }

    private static async Task<Times> AgainstRaw(IConnectionMultiplexer multiplexer, Func<Caller, Task> ours)
    {
        var database = multiplexer.GetDatabase();
        var script = "return 1";
        await database.ScriptEvaluateAsync(script);
#pragma warning disable CA5350 // Redis names scripts by SHA-1.
        var sha1 = System.Security.Cryptography.SHA1.HashData(System.Text.Encoding.UTF8.GetBytes(script));
#pragma warning restore CA5350
        RedisKey[] keys = ["{raw}:k"];
        RedisValue[] values = ["1"];
        async Task Raw(Caller caller)
        {
            for (; caller.IsOn; caller.Count())
            {
                await database.ScriptEvaluateAsync(sha1, keys, values);
            }
        }

        await WarmUpAsync(ours, Raw);
        var (oursTimes, rawTimes, bytes) = (new double[Rounds], new double[Rounds], double.MaxValue);
        for (var round = 0; round < Rounds; round++)
        {
            (oursTimes[round], var allocated) = await TimeAsync(ours);
            (rawTimes[round], _) = await TimeAsync(Raw);
            bytes = Math.Min(bytes, allocated);
        }

        return new Times(oursTimes, rawTimes, bytes);
    }

    /// <summary>Lets both sides run until nothing more is compiled: what is called often for the first time is counted before it is made fast.</summary>
    private static async Task WarmUpAsync(Func<Caller, Task> ours, Func<Caller, Task> raw)
    {
        var (stable, compiled) = (0, 0L);
        for (var i = 0; i < LongestWarmUp && stable < StableEnough; i++)
        {
            await TimeAsync(ours);
            await TimeAsync(raw);
            var now = JitInfo.GetCompiledMethodCount();
            (stable, compiled) = (now > compiled ? 0 : stable + 1, now);
        }
    }

    /// <summary>Nanoseconds and bytes for one, of all that many callers did in a while. Each goes round by itself, so that what it awaits by is not counted with every call.</summary>
    private static async Task<(double Nanoseconds, double Bytes)> TimeAsync(Func<Caller, Task> act)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var began = Stopwatch.GetTimestamp();
        var callers = Enumerable.Range(0, Callers).Select(index => new Caller(index, began)).ToArray();
        await Task.WhenAll(callers.Select(caller => Task.Run(() => act(caller))));
        var elapsed = Stopwatch.GetElapsedTime(began);
        double done = callers.Sum(static caller => caller.Done);
        return (elapsed.TotalNanoseconds / done, (GC.GetTotalAllocatedBytes(precise: true) - before) / done);
    }

    /// <summary>Nanoseconds for one in each round, and the least bytes.</summary>
    private sealed record Times(double[] Ours, double[] Raw, double Bytes);

    /// <summary>Somebody who asks again as soon as he is answered, for as long as a batch lasts.</summary>
    private sealed class Caller(int index, long began)
    {
        /// <summary>Looking at the clock takes a tenth of what a decision does that asks nobody.</summary>
        private const int LooksEvery = 4;

        public int Index { get; } = index;

        public int Done { get; private set; }

        public bool IsOn => Done % LooksEvery != 0 || Stopwatch.GetElapsedTime(began) < Batch;

        public void Count() => Done++;
    }
}
