using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.RateLimiting;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>Very many waiters: to join the line, to be let go all at once, and to be cancelled one by one. Nanoseconds for one waiter.</summary>
internal static class LineRatios
{
    private const int Many = 100_000;
    private const int Fewer = 25_000;
    private const int Parts = 100;
    private const int WarmUps = 2;
    private const int Rounds = 12;
    private const int CancelledRounds = 5;

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
        var (ours, peer) = (new Times(), new Times());
        for (var round = -WarmUps; round < Rounds; round++)
        {
            // To be cancelled is to throw, which takes as long as all the rest.
            var isCancelled = round < CancelledRounds;
            Run(Ours.WithLine(count), count, isCancelled, round < 0 ? null : ours);
            Run(Bcl.WithLine(count), count, isCancelled, round < 0 ? null : peer);
        }

        Ratio Of(Func<Times, double> phase, double bytes) => new(string.Empty, phase(ours) / count, phase(peer) / count, bytes / count);
        return new Phases(
            Of(static times => times.Enqueue.Sum(), ours.Bytes),
            Of(static times => times.Drain, 0),
            Of(static times => times.Cancel.Sum(), 0));
    }

    private static void Run((RateLimiter Limiter, Action Replenish) side, int count, bool isCancelled, Times? times)
    {
        using var limiter = side.Limiter;
        var sources = Enumerable.Range(0, count).Select(static _ => new CancellationTokenSource()).ToArray();
        var waiters = new Task[count];
        var part = count / Parts;
        GC.Collect();

        var bytes = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Parts; i++)
        {
            var start = Stopwatch.GetTimestamp();
            Enqueue(limiter, sources, waiters, i * part, part);
            times?.NoteEnqueue(i, Stopwatch.GetElapsedTime(start));
        }

        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;

        // Every other round leaves the collector's debt behind; here both begin without.
        GC.Collect();
        var begin = Stopwatch.GetTimestamp();
        side.Replenish();
        Array.ForEach(waiters, static waiter => waiter.GetAwaiter().GetResult());
        times?.NoteDrain(Stopwatch.GetElapsedTime(begin), bytes);
        if (isCancelled)
        {
            Enqueue(limiter, sources, waiters, 0, count);
            GC.Collect();
            for (var i = 0; i < Parts; i++)
            {
                var start = Stopwatch.GetTimestamp();
                Cancel(sources, i * part, part);
                times?.NoteCancel(i, Stopwatch.GetElapsedTime(start));
            }

            foreach (var waiter in waiters)
            {
                waiter.ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).GetAwaiter().GetResult();
            }
        }
    }

    // Methods of their own, called often: a loop that is entered a few times stays in code that the compiler made for its first rounds.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Enqueue(RateLimiter limiter, CancellationTokenSource[] sources, Task[] waiters, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            waiters[i] = WaitAsync(limiter, sources[i].Token);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Cancel(CancellationTokenSource[] sources, int first, int count)
    {
        for (var i = first; i < first + count; i++)
        {
            sources[i].Cancel();
        }
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

    /// <summary>The least that each part took in any round, in nanoseconds: what else the machine does hits one part of one round.</summary>
    private sealed class Times
    {
        public double[] Enqueue { get; } = [.. Enumerable.Repeat(double.MaxValue, Parts)];

        public double[] Cancel { get; } = [.. Enumerable.Repeat(double.MaxValue, Parts)];

        public double Drain { get; private set; } = double.MaxValue;

        public double Bytes { get; private set; } = double.MaxValue;

        public void NoteEnqueue(int part, TimeSpan time) => Enqueue[part] = Math.Min(Enqueue[part], time.TotalNanoseconds);

        public void NoteCancel(int part, TimeSpan time) => Cancel[part] = Math.Min(Cancel[part], time.TotalNanoseconds);

        public void NoteDrain(TimeSpan time, double bytes)
        {
            Drain = Math.Min(Drain, time.TotalNanoseconds);
            Bytes = Math.Min(Bytes, bytes);
        }
    }
}
