using System.Threading.RateLimiting;
using BenchmarkDotNet.Attributes;
using RateLimited.Http.Benchmarks.Ratios;
using RateLimited.Http.Benchmarks.Sides;

namespace RateLimited.Http.Benchmarks.Suites;

/// <summary>Two threads that draw on one limit: the time in which one request of either is admitted.</summary>
public class SharedSuite
{
    private const int Count = 500_000;

    private readonly RateLimiter _bucket = Ours.Limiter(Ours.BusyBucket);
    private readonly RateLimiter _bcl = Bcl.Bucket();

    [Benchmark(OperationsPerInvoke = 2 * Count)]
    public double TokenBucket() => SharedRatios.Share(_bucket, Count);

    [Benchmark(Baseline = true, OperationsPerInvoke = 2 * Count)]
    public double TokenBucketBcl() => SharedRatios.Share(_bcl, Count);
}
