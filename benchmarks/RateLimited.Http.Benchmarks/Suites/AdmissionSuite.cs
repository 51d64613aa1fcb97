using System.Threading.RateLimiting;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using RateLimited.Http.Benchmarks.Sides;

namespace RateLimited.Http.Benchmarks.Suites;

/// <summary>One request at one limit and at four, admitted and refused.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class AdmissionSuite
{
    private readonly RateLimiter _bucket = Ours.Limiter(Ours.BusyBucket);
    private readonly RateLimiter _bclBucket = Bcl.Bucket();
    private readonly RateLimiter _fullBucket = Ours.Limiter(Ours.FullBucket);
    private readonly RateLimiter _sliding = Ours.Limiter(Ours.Sliding);
    private readonly RateLimiter _bclSliding = Bcl.Sliding();
    private readonly RateLimiter _fixed = Ours.Limiter(Ours.Fixed);
    private readonly RateLimiter _bclFixed = Bcl.Fixed();
    private readonly RateLimiter _parallel = Ours.Limiter(Ours.Parallel);
    private readonly RateLimiter _bclParallel = Bcl.Parallel();
    private readonly RateLimiter _four = Ours.Limiter(Ours.BusyBucket, Ours.BusyBucket, Ours.BusyBucket, Ours.BusyBucket);
    private readonly RateLimiter _bclFour = Bcl.Chained(Bcl.Bucket(), Bcl.Bucket(), Bcl.Bucket(), Bcl.Bucket());
    private readonly RateLimiter _mixed = Ours.Limiter(Ours.BusyBucket, Ours.Sliding, Ours.Fixed, Ours.FullBucket);
    private readonly RateLimiter _bclMixed = Bcl.Chained(Bcl.Bucket(), Bcl.Sliding(), Bcl.Fixed(), Bcl.Bucket());
    private readonly RateLimiter _empty = Ours.Limiter(Ours.EmptyingBucket(1));
    private readonly RateLimiter _bclEmpty = Bcl.Empty();

    [GlobalSetup]
    public void Empty() => Admit(_empty);

    [Benchmark]
    [BenchmarkCategory("token bucket")]
    public void TokenBucket() => Admit(_bucket);

    [Benchmark]
    [BenchmarkCategory("token bucket")]
    public void TokenBucketFull() => Admit(_fullBucket);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("token bucket")]
    public void TokenBucketBcl() => Admit(_bclBucket);

    [Benchmark]
    [BenchmarkCategory("sliding window")]
    public void SlidingWindow() => Admit(_sliding);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("sliding window")]
    public void SlidingWindowBcl() => Admit(_bclSliding);

    [Benchmark]
    [BenchmarkCategory("fixed window")]
    public void FixedWindow() => Admit(_fixed);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("fixed window")]
    public void FixedWindowBcl() => Admit(_bclFixed);

    [Benchmark]
    [BenchmarkCategory("concurrency")]
    public void Concurrency() => Admit(_parallel);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("concurrency")]
    public void ConcurrencyBcl() => Admit(_bclParallel);

    [Benchmark]
    [BenchmarkCategory("four token buckets")]
    public void FourTokenBuckets() => Admit(_four);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("four token buckets")]
    public void FourTokenBucketsBcl() => Admit(_bclFour);

    [Benchmark]
    [BenchmarkCategory("four mixed limits")]
    public void FourMixedLimits() => Admit(_mixed);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("four mixed limits")]
    public void FourMixedLimitsBcl() => Admit(_bclMixed);

    [Benchmark]
    [BenchmarkCategory("refuse")]
    public void Refuse() => Admit(_empty);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("refuse")]
    public void RefuseBcl() => Admit(_bclEmpty);

    private static void Admit(RateLimiter limiter) => limiter.AttemptAcquire().Dispose();
}
