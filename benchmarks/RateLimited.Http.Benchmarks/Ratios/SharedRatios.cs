using System.Diagnostics;
using System.Threading.RateLimiting;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>Two threads that draw on one limit.</summary>
internal static class SharedRatios
{
    private const int Rounds = 31;
    private const int Threads = 2;
    private const int Count = 100_000;

    public static IEnumerable<Figure> All =>
    [
        new("two-threads-one-limit", Target.AtMost(0.5), static name => Against(name, Ours.Limiter(Ours.BusyBucket), Bcl.Bucket())),
        new("two-threads-one-limit-full", Target.None, static name => Against(name, Ours.Limiter(Ours.FullBucket), Bcl.Bucket())),
    ];

    /// <summary>Nanoseconds for one operation of either, by the time until both have done theirs.</summary>
    public static double Share(RateLimiter limiter, int count)
    {
        using var ready = new Barrier(Threads + 1);
        var threads = Enumerable.Range(0, Threads).Select(_ => new Thread(() =>
        {
            ready.SignalAndWait();
            AdmissionRatios.Admit(limiter, count);
        })).ToList();
        threads.ForEach(static thread => thread.Start());
        ready.SignalAndWait();
        var start = Stopwatch.GetTimestamp();
        threads.ForEach(static thread => thread.Join());
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / (Threads * count);
    }

    private static Ratio Against(string name, RateLimiter ours, RateLimiter peer)
    {
        using (ours)
        using (peer)
        {
            // Of the medians: a batch in which one thread was off the machine is fast, for nobody contends.
            var (oursTimes, peerTimes) = (new double[Rounds], new double[Rounds]);
            for (var round = -2; round < Rounds; round++)
            {
                var (ourTime, peerTime) = (Share(ours, Count), Share(peer, Count));
                if (round >= 0)
                {
                    (oursTimes[round], peerTimes[round]) = (ourTime, peerTime);
                }
            }

            Array.Sort(oursTimes);
            Array.Sort(peerTimes);
            return new Ratio(name, oursTimes[Rounds / 2], peerTimes[Rounds / 2], Duel.BytesOf(count => AdmissionRatios.Admit(ours, count), Count));
        }
    }
}
