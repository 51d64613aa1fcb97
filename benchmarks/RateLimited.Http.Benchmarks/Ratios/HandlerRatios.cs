using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>The whole handler over an upstream that answers at once, beside the bare client.</summary>
internal static class HandlerRatios
{
    private static readonly Uri Address = new("http://upstream.test/v1/items");

    /// <summary>What most upstreams say with a success.</summary>
    private static readonly (string Name, string Value)[] Usual =
    [
        ("Date", "Tue, 31 Mar 2026 13:14:46 GMT"), ("Server", "nginx"), ("Connection", "keep-alive"),
        ("X-RateLimit-Limit", "1000000"), ("X-RateLimit-Remaining", "999999"), ("X-RateLimit-Reset", "60"),
    ];

    public static IEnumerable<Figure> All =>
    [
        new("chain-beside-five-strategies", Target.InTimeAndBytes(0.8), static name => BesideFiveStrategies(name, Ours.Chain, Telling)),
        new("chain-with-timeouts-beside-five-strategies", Target.InTimeAndBytes(0.8), static name => BesideFiveStrategies(name, Ours.ChainWithTimeouts, Telling)),
        new("handler-invoker-four-limits", Target.Above(400, 200), static name => Invoker(name, FourLimits)),
        new("handler-client-four-limits", Target.Above(400, 200), static name => Client(name, FourLimits)),
        new("chain-invoker-four-limits", Target.Above(500, 320), static name => Chain(name, FourLimits)),
        new("chain-with-timeouts-without-headers", Target.AtMost(0.8), static name => BesideFiveStrategies(name, Ours.ChainWithTimeouts, static () => new StubHandler())),
        new("handler-invoker-with-concurrency", Target.None, static name => Invoker(name, [.. FourLimits, Ours.Parallel])),
    ];

    public static LimitRule[] FourLimits => [Ours.BusyBucket, Ours.Sliding, Ours.Fixed, Ours.FullBucket];

    public static void Invoke(HttpMessageInvoker invoker, int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Address);
            using var response = invoker.SendAsync(request, CancellationToken.None).GetAwaiter().GetResult();
        }
    }

    public static void Get(HttpClient client, int count)
    {
        for (var i = 0; i < count; i++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, Address);
            using var response = client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).GetAwaiter().GetResult();
        }
    }

    private static TellingHandler Telling() => new(Usual);

    private static Ratio Invoker(string name, LimitRule[] rules)
    {
        using var ours = new HttpMessageInvoker(Ours.Handler(new StubHandler(), rules));
        using var peer = new HttpMessageInvoker(new StubHandler());
        return Above(name, count => Invoke(ours, count), count => Invoke(peer, count));
    }

    private static Ratio Chain(string name, LimitRule[] rules)
    {
        using var ours = new HttpMessageInvoker(Ours.Chain(new StubHandler(), rules));
        using var peer = new HttpMessageInvoker(new StubHandler());
        return Above(name, count => Invoke(ours, count), count => Invoke(peer, count));
    }

    /// <summary>Both above the bare invoker, in nanoseconds and bytes. The header collection that reading makes of a response without headers is ours.</summary>
    private static Ratio BesideFiveStrategies(string name, Func<HttpMessageHandler, LimitRule[], DelegatingHandler> chain, Func<HttpMessageHandler> upstream)
    {
        using var ours = new HttpMessageInvoker(chain(upstream(), FourLimits));
        using var five = new HttpMessageInvoker(new FiveStrategies { InnerHandler = upstream() });
        using var bare = new HttpMessageInvoker(upstream());
        var beside = Duel.Run(name, count => Invoke(ours, count), count => Invoke(five, count));
        var alone = Duel.Run(name, count => Invoke(bare, count), count => Invoke(bare, count));
        var bytes = Duel.BytesOf(count => Invoke(bare, count), 1000);
        return new Ratio(name, beside.Ours - alone.Ours, beside.Peer - alone.Peer, beside.Bytes - bytes) { PeerBytes = Duel.BytesOf(count => Invoke(five, count), 1000) - bytes };
    }

    private static Ratio Client(string name, LimitRule[] rules)
    {
        using var ours = new HttpClient(Ours.Handler(new StubHandler(), rules));
        using var peer = new HttpClient(new StubHandler());
        return Above(name, count => Get(ours, count), count => Get(peer, count));
    }

    /// <summary>The bytes are those above the bare client.</summary>
    private static Ratio Above(string name, Action<int> ours, Action<int> peer)
    {
        var ratio = Duel.Run(name, ours, peer);
        return ratio with { Bytes = ratio.Bytes - Duel.BytesOf(peer, 1000) };
    }
}
