using RateLimited.Http.Testing;

namespace RateLimited.Http.Arena.Upstreams;

/// <summary>Starts the upstreams: those of the testing package, on this machine, with the network's latency.</summary>
internal static class ArenaServer
{
    /// <summary>What no upstream counts.</summary>
    public const string FreePath = "/free";

    private static readonly TimeSpan LeastLatency = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MostLatency = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan WorkSpread = TimeSpan.FromMilliseconds(100);

    /// <summary>One for one cell. The same seed draws the same latencies for every strategy.</summary>
    public static Task<UpstreamServer> StartAsync(ArenaUpstream upstream, int seed)
    {
        var builder = upstream.Build(new UpstreamBuilder()).Latency(LeastLatency, MostLatency).Free($"GET {FreePath}").Seed(seed);
        return UpstreamServer.StartAsync(upstream.Work > TimeSpan.Zero ? builder.Work(upstream.Work - WorkSpread, upstream.Work + WorkSpread) : builder);
    }
}
