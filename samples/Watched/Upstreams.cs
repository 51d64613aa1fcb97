using RateLimited.Http.Testing;
using RateLimited.Http.Testing.Faults;

namespace Watched;

/// <summary>Those who are called, on free ports of this machine. They are no better than upstreams are: something is wrong with them every so often, or there would be little to watch.</summary>
internal sealed class Upstreams : IAsyncDisposable
{
    private readonly UpstreamServer _openai;
    private readonly UpstreamServer _catalog;
    private readonly UpstreamServer _search;

    private Upstreams(UpstreamServer openai, UpstreamServer catalog, UpstreamServer search) => (_openai, _catalog, _search) = (openai, catalog, search);

    /// <summary>A provider of models, by OpenAI's interface. It refuses now and then although there is quota.</summary>
    public Uri OpenAI => new(_openai.Address, "v1");

    /// <summary>A shop's catalog, which fails now and then.</summary>
    public Uri Catalog => _catalog.Address;

    /// <summary>A search that all processes share one quota of.</summary>
    public Uri Search => _search.Address;

    public static async Task<Upstreams> StartAsync() => new(
        await UpstreamServer.StartAsync(new UpstreamBuilder().Dialect("openai")
            .TokenBucket(300, TimeSpan.FromMinutes(1)).Tokens(60_000, TimeSpan.FromMinutes(1))
            .Latency(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(30))
            .Fault(Fault.Storm(TimeSpan.FromSeconds(2)).Every(nth: 40))),
        await UpstreamServer.StartAsync(new UpstreamBuilder().Dialect("ietf")
            .FixedWindow(200, TimeSpan.FromSeconds(10))
            .Latency(TimeSpan.FromMilliseconds(2), TimeSpan.FromMilliseconds(40))
            .Fault(Fault.Status(503).WithProbability(0.05))
            .Fault(Fault.Reset().WithProbability(0.01))),
        await UpstreamServer.StartAsync(new UpstreamBuilder()
            .SlidingLog(20, TimeSpan.FromSeconds(2))
            .Latency(TimeSpan.FromMilliseconds(5), TimeSpan.FromMilliseconds(20))));

    public async ValueTask DisposeAsync()
    {
        await _openai.DisposeAsync();
        await _catalog.DisposeAsync();
        await _search.DisposeAsync();
    }
}
