using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Configs;
using RateLimited.Http.Benchmarks.Ratios;
using RateLimited.Http.Benchmarks.Sides;

namespace RateLimited.Http.Benchmarks.Suites;

/// <summary>The whole handler with four limits over an upstream that answers at once, beside the bare client.</summary>
[MemoryDiagnoser]
[GroupBenchmarksBy(BenchmarkLogicalGroupRule.ByCategory)]
[CategoriesColumn]
public class HandlerSuite
{
    private readonly HttpMessageInvoker _invoker = new(Ours.Handler(new StubHandler(), HandlerRatios.FourLimits));
    private readonly HttpMessageInvoker _bareInvoker = new(new StubHandler());
    private readonly HttpClient _client = new(Ours.Handler(new StubHandler(), HandlerRatios.FourLimits));
    private readonly HttpClient _bareClient = new(new StubHandler());

    [Benchmark]
    [BenchmarkCategory("invoker")]
    public void Invoker() => HandlerRatios.Invoke(_invoker, 1);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("invoker")]
    public void InvokerBare() => HandlerRatios.Invoke(_bareInvoker, 1);

    [Benchmark]
    [BenchmarkCategory("client")]
    public void Client() => HandlerRatios.Get(_client, 1);

    [Benchmark(Baseline = true)]
    [BenchmarkCategory("client")]
    public void ClientBare() => HandlerRatios.Get(_bareClient, 1);
}
