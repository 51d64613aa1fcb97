using System.Threading.RateLimiting;
using BenchmarkDotNet.Attributes;
using RateLimited.Http.Benchmarks.Ratios;
using RateLimited.Http.Benchmarks.Sides;

namespace RateLimited.Http.Benchmarks.Suites;

/// <summary>A token bucket for each of many keys, in random order.</summary>
[MemoryDiagnoser]
public class PartitionSuite
{
    private readonly PartitionedRateLimiter<string> _busy = Ours.Partitioned(Ours.BusyBucket);
    private readonly PartitionedRateLimiter<string> _full = Ours.Partitioned(Ours.FullBucket);
    private readonly PartitionedRateLimiter<string> _bcl = Bcl.PartitionedBucket();
    private string[] _order = [];
    private int _at;

    [Params(1_000, 100_000)]
    public int Keys { get; set; }

    [GlobalSetup]
    public void Fill()
    {
        var keys = PartitionRatios.KeysOf(Keys);
        _order = PartitionRatios.OrderOf(keys);
        PartitionRatios.Fill(_busy, keys);
        PartitionRatios.Fill(_full, keys);
        PartitionRatios.Fill(_bcl, keys);
    }

    [Benchmark]
    public void Busy() => _at = PartitionRatios.Admit(_busy, _order, _at, 1);

    [Benchmark]
    public void Full() => _at = PartitionRatios.Admit(_full, _order, _at, 1);

    [Benchmark(Baseline = true)]
    public void BusyBcl() => _at = PartitionRatios.Admit(_bcl, _order, _at, 1);
}
