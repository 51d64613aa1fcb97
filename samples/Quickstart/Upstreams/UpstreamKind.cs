using Quickstart.Upstreams.Models;

namespace Quickstart.Upstreams;

/// <summary>The upstreams, by name, in the order they are shown in. Their limits are those that appsettings.json tells the client.</summary>
internal sealed record UpstreamKind(string Name, string Rule, Func<UpstreamModel> Create, bool Works = false)
{
    private const int Quota = 100;
    private const int Slots = 10;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);

    public static IReadOnlyList<UpstreamKind> All { get; } =
    [
        new("sliding", "100 in any 2 s", () => new SlidingLogModel(Quota, Window)),
        new("fixed", "100 per even 2 s of UTC", () => new FixedWindowModel(Quota, Window)),
        new("token-bucket", "burst 100, then 50/s", () => new TokenBucketModel(capacity: Quota, Quota, Window)),
        new("concurrency", "10 at once", () => new ConcurrencyModel(Slots), Works: true),
    ];
}
