using System.Diagnostics;
using System.Threading.RateLimiting;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>Very many waiters: to join the line, to be let go all at once, and to be cancelled one by one. Nanoseconds for one waiter.</summary>
internal static class LineRatios
{
    private const int Many = 100_000;
    private const int Fewer = 25_000;
    private const int Rounds = 7;

    private static readonly Lazy<Phases> OfMany = new(static () => Measure(Many));
    private static readonly Lazy<Phases> OfFewer = new(static () => Measure(Fewer));

    public static IEnumerable<Figure> All =>
    [
        new("waiters-25000-enqueue", Target.None, static name => OfFewer.Value.Enqueue with { Name = name }),
        new("waiters-25000-drain", Target.None, static name => OfFewer.Value.Drain with { Name = name }),
        new("waiters-25000-cancel", Target.None, static name => OfFewer.Value.Cancel with { Name = name }),
        new("waiters-100000-enqueue", Target.AtMost(1.0), static name => OfMany.Value.Enqueue with { Name = name }),
        new("waiters-100000-drain", Target.AtMost(1.0), static name => OfMany.Value.Drain with { Name = name }),
        new("waiters-100000-cancel", Target.AtMost(1.0), static name => OfMany.Value.Cancel with { Name = name }),
        new("waiters-enqueue-by-length", Target.AtMost(1.3), static name => ByLength(name, static phases => phases.Enqueue)),
        new("waiters-drain-by-length", Target.AtMost(1.3), static name => ByLength(name, static phases => phases.Drain)),
        new("waiters-cancel-by-length", Target.AtMost(1.3), static name => ByLength(name, static phases => phases.Cancel)),
    ];

    /// <summary>Ours against ours: one waiter of 100 000 and one of 25 000. Linear is 1, and a fourfold line must not cost more for each.</summary>
    private static Ratio ByLength(string name, Func<Phases, Ratio> phase) => new(name, phase(OfMany.Value).Ours, phase(OfFewer.Value).Ours, 0);

    private static Phases Measure(int count)
    {
        var (ours, peer) = (new List<Times>(), new List<Times>());
        for (var round = -1; round < Rounds; round++)
        {
            var (ourTimes, peerTimes) = (RunOurs(count), RunPeer(count));
            if (round >= 0)
            {
                ours.Add(ourTimes);
                peer.Add(peerTimes);
            }
        }

        Ratio Of(Func<Times, double> phase, double bytes) => new(string.Empty, ours.Min(phase), peer.Min(phase), bytes);
        return new Phases(
            Of(static times => times.Enqueue, ours.Min(static times => times.Bytes)),
            Of(static times => times.Drain, 0),
            Of(static times => times.Cancel, 0));
    }

    private static Times RunOurs(int count)
    {
        var time = new JumpingTime();
        using var limiter = Ours.WithLine(time, Ours.EmptyingBucket(count), count);
        return Run(limiter, count, () => time.Jump(TimeSpan.FromHours(1) * count));
    }

    private static Times RunPeer(int count)
    {
        using var limiter = Bcl.EmptyingBucket(count, count);
        return Run(limiter, count, () => limiter.TryReplenish());
    }

    private static Times Run(RateLimiter limiter, int count, Action replenish)
    {
        var sources = Enumerable.Range(0, count).Select(static _ => new CancellationTokenSource()).ToArray();
        limiter.AttemptAcquire(count).Dispose();
        GC.Collect();

        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        var waiters = Enqueue(limiter, sources);
        var enqueue = Stopwatch.GetElapsedTime(start);
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;

        // Every other round leaves the collector's debt behind; here both begin without.
        GC.Collect();
        start = Stopwatch.GetTimestamp();
        replenish();
        Array.ForEach(waiters, static waiter => waiter.GetAwaiter().GetResult());
        var drain = Stopwatch.GetElapsedTime(start);

        waiters = Enqueue(limiter, sources);
        GC.Collect();
        start = Stopwatch.GetTimestamp();
        Array.ForEach(sources, static source => source.Cancel());
        var cancel = Stopwatch.GetElapsedTime(start);
        foreach (var waiter in waiters)
        {
            waiter.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).GetAwaiter().GetResult();
        }

        return new Times(enqueue.TotalNanoseconds / count, drain.TotalNanoseconds / count, cancel.TotalNanoseconds / count, (double)bytes / count);
    }

    private static Task[] Enqueue(RateLimiter limiter, CancellationTokenSource[] sources)
    {
        var waiters = new Task[sources.Length];
        for (var i = 0; i < waiters.Length; i++)
        {
            waiters[i] = WaitAsync(limiter, sources[i].Token);
        }

        return waiters;
    }

    /// <summary>What a program does: waits, and lets go.</summary>
    private static async Task WaitAsync(RateLimiter limiter, CancellationToken cancellationToken)
    {
        using var lease = await limiter.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
        if (!lease.IsAcquired)
        {
            throw new InvalidOperationException("A waiter was refused: the measurement is set up wrongly.");
        }
    }

    private sealed record Phases(Ratio Enqueue, Ratio Drain, Ratio Cancel);

    private readonly record struct Times(double Enqueue, double Drain, double Cancel, double Bytes);
}
