using System.Diagnostics;
using System.Threading.RateLimiting;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>Two threads that draw on one limit.</summary>
internal static class SharedRatios
{
    private const int Rounds = 15;
    private const int FewestRounds = 5;
    private const int Threads = 2;
    private const int Count = 1_000_000;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(8);

    public static IEnumerable<Figure> All =>
    [
        new("two-threads-one-limit", Target.AtMost(0.5), static name => Against(name, Ours.Limiter(Ours.BusyBucket), Bcl.Bucket())),
        new("two-threads-one-limit-full", Target.None, static name => Against(name, Ours.Limiter(Ours.FullBucket), Bcl.Bucket())),
    ];

    /// <summary>Nanoseconds for one operation of either, by the time until both have done theirs.</summary>
    public static double Share(RateLimiter limiter, int count) => Together(() => AdmissionRatios.Admit(limiter, count)).TotalNanoseconds / (Threads * count);

    private static Ratio Against(string name, RateLimiter ours, RateLimiter peer)
    {
        using (ours)
        using (peer)
        {
            Share(ours, Count);
            Share(peer, Count);
            var (oursTimes, peerTimes) = (new List<double>(), new List<double>());
            var alone = Enumerable.Range(0, 10).Min(static _ => Alone());
            var start = Stopwatch.GetTimestamp();
            while (oursTimes.Count < Rounds && (oursTimes.Count < FewestRounds || Stopwatch.GetElapsedTime(start) < Longest))
            {
                // Whoever has the limit to itself is fast, for nobody contends: what counts are rounds in which two processors were there, or the most a busy machine gives.
                var patience = Stopwatch.GetElapsedTime(start) < Longest;
                if (HaveTwo(alone) || !patience)
                {
                    var (ourTime, peerTime) = (Share(ours, Count), Share(peer, Count));
                    if (HaveTwo(alone) || !patience)
                    {
                        oursTimes.Add(ourTime);
                        peerTimes.Add(peerTime);
                    }
                }
            }

            if (Stopwatch.GetElapsedTime(start) >= Longest)
            {
                Console.WriteLine($"# {name}: others had the machine, so that two threads seldom ran at once; run it again on an idle one");
            }

            oursTimes.Sort();
            peerTimes.Sort();
            return new Ratio(name, oursTimes[oursTimes.Count / 2], peerTimes[peerTimes.Count / 2], Duel.BytesOf(count => AdmissionRatios.Admit(ours, count), Count));
        }
    }

    private static bool HaveTwo(TimeSpan alone) => Together(Work) < 1.3 * alone;

    private static TimeSpan Alone()
    {
        var start = Stopwatch.GetTimestamp();
        Work();
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>A few milliseconds of work that nobody shares.</summary>
    private static void Work()
    {
        for (var i = 0; i < 100_000; i++)
        {
            Thread.SpinWait(1);
        }
    }

    private static TimeSpan Together(Action work)
    {
        using var ready = new Barrier(Threads);
        var other = new Thread(() =>
        {
            ready.SignalAndWait();
            work();
        });
        other.Start();
        ready.SignalAndWait();
        var start = Stopwatch.GetTimestamp();
        work();
        other.Join();
        return Stopwatch.GetElapsedTime(start);
    }
}
