using Quickstart.Upstreams;

namespace Quickstart.Clients;

/// <summary>A way to keep to a limit, and the names its clients are registered by.</summary>
internal sealed record Strategy(string Name, string Description)
{
    public static Strategy Ours { get; } = new("ours", "AddServiceRateLimiting()");

    public static Strategy Plain { get; } = new("plain", "HttpClient, on 429 waits Retry-After");

    public static Strategy Bcl { get; } = new("bcl", "System.Threading.RateLimiting in a handler");

    public static IReadOnlyList<Strategy> All { get; } = [Ours, Plain, Bcl];

    /// <summary>Ours goes by the bare name, which is the name of its section in appsettings.json.</summary>
    public string ClientOf(UpstreamKind upstream) => this == Ours ? upstream.Name : $"{Name}:{upstream.Name}";
}
