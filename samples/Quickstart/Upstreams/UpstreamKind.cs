using RateLimited.Http.Testing;

namespace Quickstart.Upstreams;

/// <summary>The upstreams, by name, in the order they are shown in: those of the testing package, on this machine. Their limits are those that appsettings.json tells the client.</summary>
internal sealed record UpstreamKind(string Name, Func<UpstreamBuilder, UpstreamBuilder> Limit, bool Works = false)
{
    /// <summary>What no upstream counts.</summary>
    public const string WarmUpPath = "/warm-up";

    private const int Quota = 100;
    private const int Slots = 10;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LeastLatency = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan MostLatency = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LeastWork = TimeSpan.FromMilliseconds(400);
    private static readonly TimeSpan MostWork = TimeSpan.FromMilliseconds(600);

    public static IReadOnlyList<UpstreamKind> All { get; } =
    [
        new("sliding", static upstream => upstream.SlidingLog(Quota, Window)),
        new("fixed", static upstream => upstream.FixedWindow(Quota, Window)),
        new("token-bucket", static upstream => upstream.TokenBucket(Quota, Window)),
        new("concurrency", static upstream => upstream.Concurrency(Slots), Works: true),
    ];

    /// <summary>Starts one. The seed is from its name alone: the three clients of an upstream meet the same network.</summary>
    public Task<UpstreamServer> StartAsync(CancellationToken cancellationToken)
    {
        var upstream = Limit(new UpstreamBuilder()).Latency(LeastLatency, MostLatency).Free($"GET {WarmUpPath}").Seed(Name.Length);
        return UpstreamServer.StartAsync(Works ? upstream.Work(LeastWork, MostWork) : upstream, cancellationToken);
    }
}
