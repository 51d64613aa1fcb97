using System.Diagnostics;
using System.Runtime;

namespace RateLimited.Http.Benchmarks.Measuring;

/// <summary>
/// Two sides measured by turns in short batches, so that whatever else the machine does hits both alike. Of each side's batches the fastest quarter's slowest counts: a batch of a
/// millisecond is mostly undisturbed or entirely off, and a garbage collection now and then still shows.
/// </summary>
internal static class Duel
{
    private const int Rounds = 100;
    private const int StableEnough = 3;

    private static readonly TimeSpan Batch = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestWarmUp = TimeSpan.FromSeconds(3);

    /// <param name="name">What is measured.</param>
    /// <param name="ours">Runs so many operations.</param>
    /// <param name="peer">Runs so many of the rival's.</param>
    public static Ratio Run(string name, Action<int> ours, Action<int> peer)
    {
        var oursCount = Calibrate(ours);
        var peerCount = Calibrate(peer);
        var (oursTimes, peerTimes) = (new double[Rounds], new double[Rounds]);
        for (var round = 0; round < Rounds; round++)
        {
            if (round % 2 == 0)
            {
                oursTimes[round] = Time(ours, oursCount);
                peerTimes[round] = Time(peer, peerCount);
            }
            else
            {
                peerTimes[round] = Time(peer, peerCount);
                oursTimes[round] = Time(ours, oursCount);
            }
        }

        return new Ratio(name, Quarter(oursTimes), Quarter(peerTimes), BytesOf(ours, oursCount));
    }

    /// <summary>Bytes for one operation: the least of a few batches, since a background thread's compiler may allocate on this one's account.</summary>
    public static double BytesOf(Action<int> side, int count)
    {
        var least = double.MaxValue;
        for (var i = 0; i < 5; i++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            side(count);
            least = Math.Min(least, (double)(GC.GetAllocatedBytesForCurrentThread() - before) / count);
        }

        return least;
    }

    public static double Quarter(double[] times)
    {
        Array.Sort(times);
        return times[times.Length / 4];
    }

    /// <summary>Nanoseconds for one operation.</summary>
    public static double Time(Action<int> side, int count)
    {
        var start = Stopwatch.GetTimestamp();
        side(count);
        return Stopwatch.GetElapsedTime(start).TotalNanoseconds / count;
    }

    /// <summary>Runs a side until the compiler has done its best, and finds how many operations fill a batch.</summary>
    /// <remarks>
    /// It has when the side gets no faster and nothing more is compiled. The optimising compiler begins when nothing new was called for a tenth of a second, and works in the background: a side that is no faster for
    /// half a second may be one that it has not come to yet.
    /// </remarks>
    private static int Calibrate(Action<int> side)
    {
        var start = Stopwatch.GetTimestamp();
        var (fastest, stable, compiled) = (double.MaxValue, 0, 0L);
        while (stable < StableEnough && Stopwatch.GetElapsedTime(start) < LongestWarmUp)
        {
            for (var i = 0; i < 40; i++)
            {
                side(100);
            }

            Thread.Sleep(120);
            var now = double.MaxValue;
            for (var i = 0; i < 40; i++)
            {
                now = Math.Min(now, Time(side, 500));
            }

            var compiledNow = JitInfo.GetCompiledMethodCount();
            stable = now < 0.97 * fastest || compiledNow > compiled ? 0 : stable + 1;
            (fastest, compiled) = (Math.Min(fastest, now), compiledNow);
        }

        return (int)Math.Clamp(Batch.TotalNanoseconds / fastest, 1, 1_000_000);
    }
}
