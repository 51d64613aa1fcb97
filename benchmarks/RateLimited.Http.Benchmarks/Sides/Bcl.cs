using System.Threading.RateLimiting;

namespace RateLimited.Http.Benchmarks.Sides;

/// <summary>The limiters of System.Threading.RateLimiting, set up for their best: quotas that no measurement exhausts, and no timer of their own where they may be without.</summary>
internal static class Bcl
{
    private const int Inexhaustible = int.MaxValue;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private static TokenBucketRateLimiterOptions BucketOptions => new()
    {
        TokenLimit = Inexhaustible,
        TokensPerPeriod = Inexhaustible,
        ReplenishmentPeriod = Period,
        AutoReplenishment = false,
    };

    private static SlidingWindowRateLimiterOptions SlidingOptions => new()
    {
        PermitLimit = Inexhaustible,
        Window = Period,
        SegmentsPerWindow = 10,
        AutoReplenishment = true,
    };

    public static RateLimiter Bucket() => new TokenBucketRateLimiter(BucketOptions);

    public static RateLimiter Sliding() => new SlidingWindowRateLimiter(SlidingOptions);

    public static RateLimiter Fixed() => new FixedWindowRateLimiter(FixedOptions());

    public static RateLimiter Parallel() => new ConcurrencyLimiter(new ConcurrencyLimiterOptions { PermitLimit = 1_000_000 });

    public static RateLimiter Chained(params RateLimiter[] limiters) => RateLimiter.CreateChained(limiters);

    /// <summary>A limiter whose quota is taken, with a line, and what refills it: who waits goes on as it does, on the caller's thread.</summary>
    public static (RateLimiter Limiter, Action Replenish) WithLine(int length)
    {
        var limiter = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = length,
            TokensPerPeriod = length,
            ReplenishmentPeriod = TimeSpan.FromTicks(1),
            QueueLimit = length,
            AutoReplenishment = false,
        });
        limiter.AttemptAcquire(length).Dispose();
        return (limiter, () => limiter.TryReplenish());
    }

    public static RateLimiter Empty()
    {
        var limiter = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = 1,
            TokensPerPeriod = 1,
            ReplenishmentPeriod = TimeSpan.FromDays(31),
            AutoReplenishment = false,
        });
        limiter.AttemptAcquire().Dispose();
        return limiter;
    }

    public static PartitionedRateLimiter<string> PartitionedBucket()
    {
        var options = BucketOptions;
        return PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetTokenBucketLimiter(key, _ => options), StringComparer.Ordinal);
    }

    public static PartitionedRateLimiter<string> PartitionedSliding()
    {
        var options = SlidingOptions;
        return PartitionedRateLimiter.Create<string, string>(key => RateLimitPartition.GetSlidingWindowLimiter(key, _ => options), StringComparer.Ordinal);
    }

    private static FixedWindowRateLimiterOptions FixedOptions() => new() { PermitLimit = Inexhaustible, Window = Period, AutoReplenishment = true };
}
