using System.Diagnostics;
using System.Threading.RateLimiting;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>A limit for each of many keys: what looking one up costs, what keeping it costs, and what doing nothing costs.</summary>
internal static class PartitionRatios
{
    private const int Few = 1_000;
    private const int Many = 100_000;
    private const int VeryMany = 1_000_000;

    /// <summary>Long enough to hold twenty of the rival's heartbeats, and short enough that it has not begun to forget the partitions.</summary>
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(5);

    public static IEnumerable<Figure> All =>
    [
        new("partitioned-1000", Target.AtMost(0.8), static name => Lookup(name, Ours.BusyBucket, Few)),
        new("partitioned-1000-full", Target.None, static name => Lookup(name, Ours.FullBucket, Few)),
        new("partitioned-100000", Target.AtMost(0.8), static name => Lookup(name, Ours.BusyBucket, Many)),
        new("partitioned-100000-full", Target.None, static name => Lookup(name, Ours.FullBucket, Many)),
        new("partition-bytes-token-bucket", Target.AtMost(0.5), static name => Memory(name, () => Ours.Partitioned(Ours.FullBucket), Bcl.PartitionedBucket)),
        new("partition-bytes-sliding-window", Target.AtMost(0.5), static name => Memory(name, () => Ours.Partitioned(Ours.Sliding), Bcl.PartitionedSliding)),
        new("idle-million-percent-of-core", Target.AtMost(0.01), IdleShare),
    ];

    public static string[] KeysOf(int count) => [.. Enumerable.Range(0, count).Select(static i => $"tenant-{i}")];

    /// <summary>Keys in an order drawn beforehand, the same for both sides: so many that no cache predicts them.</summary>
    public static string[] OrderOf(string[] keys)
    {
        var random = new Random(keys.Length);
        return [.. Enumerable.Range(0, 1 << 17).Select(_ => keys[random.Next(keys.Length)])];
    }

    public static int Admit(PartitionedRateLimiter<string> limiter, string[] order, int from, int count)
    {
        for (var i = 0; i < count; i++)
        {
            limiter.AttemptAcquire(order[from]).Dispose();
            from = (from + 1) & (order.Length - 1);
        }

        return from;
    }

    public static void Fill(PartitionedRateLimiter<string> limiter, string[] keys)
    {
        foreach (var key in keys)
        {
            limiter.AttemptAcquire(key).Dispose();
        }
    }

    private static Ratio Lookup(string name, LimitRule rule, int count)
    {
        using var ours = Ours.Partitioned(rule);
        using var peer = Bcl.PartitionedBucket();
        var keys = KeysOf(count);
        var order = OrderOf(keys);
        Fill(ours, keys);
        Fill(peer, keys);
        var (oursAt, peerAt) = (0, 0);
        return Duel.Run(name, many => oursAt = Admit(ours, order, oursAt, many), many => peerAt = Admit(peer, order, peerAt, many));
    }

    private static Ratio Memory(string name, Func<PartitionedRateLimiter<string>> ours, Func<PartitionedRateLimiter<string>> peer)
    {
        var keys = KeysOf(Many);
        var held = BytesHeld(ours, keys);
        return new Ratio(name, held, BytesHeld(peer, keys), held);
    }

    private static double BytesHeld(Func<PartitionedRateLimiter<string>> make, string[] keys)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var limiter = make();
        Fill(limiter, keys);
        return (double)(GC.GetTotalMemory(forceFullCollection: true) - before) / keys.Length;
    }

    private static Ratio IdleShare(string name)
    {
        var keys = KeysOf(VeryMany);
        var ours = IdleShareOf(Ours.Partitioned(Ours.FullBucket), keys);
        return new Ratio(name, ours, IdleShareOf(Bcl.PartitionedBucket(), keys), 0);
    }

    private static double IdleShareOf(PartitionedRateLimiter<string> limiter, string[] keys)
    {
        using (limiter)
        {
            Fill(limiter, keys);
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(300);
            var cpu = Environment.CpuUsage.TotalTime;
            var start = Stopwatch.GetTimestamp();
            Thread.Sleep(Idle);
            return 100 * ((Environment.CpuUsage.TotalTime - cpu) / Stopwatch.GetElapsedTime(start));
        }
    }
}
