using System.Threading.RateLimiting;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>One request at one limit and at four, admitted and refused.</summary>
internal static class AdmissionRatios
{
    public static IEnumerable<Figure> All =>
    [
        new("single-token-bucket", Target.AtMost(1.3), static name => Against(name, Ours.Limiter(Ours.BusyBucket), Bcl.Bucket())),
        new("single-token-bucket-full", Target.None, static name => Against(name, Ours.Limiter(Ours.FullBucket), Bcl.Bucket())),
        new("single-sliding-window", Target.None, static name => Against(name, Ours.Limiter(Ours.Sliding), Bcl.Sliding())),
        new("single-fixed-window", Target.None, static name => Against(name, Ours.Limiter(Ours.Fixed), Bcl.Fixed())),
        new("single-concurrency", Target.None, static name => Against(name, Ours.Limiter(Ours.Parallel), Bcl.Parallel())),
        new("four-token-buckets", Target.AtMost(0.6), static name => Against(name, Ours.Limiter(Four(Ours.BusyBucket)), Bcl.Chained(Bcl.Bucket(), Bcl.Bucket(), Bcl.Bucket(), Bcl.Bucket()))),
        new("four-mixed-limits", Target.AtMost(0.6), static name => Against(
            name,
            Ours.Limiter(Ours.BusyBucket, Ours.Sliding, Ours.Fixed, Ours.FullBucket),
            Bcl.Chained(Bcl.Bucket(), Bcl.Sliding(), Bcl.Fixed(), Bcl.Bucket()))),
        new("refuse", Target.NoBytes, static name => Against(name, Emptied(Ours.Limiter(Ours.EmptyingBucket(1))), Bcl.Empty())),
        .. KeyRatios.All,
        .. KeptRatios.All,
    ];

    public static void Admit(RateLimiter limiter, int count)
    {
        for (var i = 0; i < count; i++)
        {
            limiter.AttemptAcquire().Dispose();
        }
    }

    private static Ratio Against(string name, RateLimiter ours, RateLimiter peer)
    {
        using (ours)
        using (peer)
        {
            return Duel.Run(name, count => Admit(ours, count), count => Admit(peer, count));
        }
    }

    private static LimitRule[] Four(LimitRule rule) => [rule, rule, rule, rule];

    private static RateLimiter Emptied(RateLimiter limiter)
    {
        limiter.AttemptAcquire().Dispose();
        return limiter;
    }
}
