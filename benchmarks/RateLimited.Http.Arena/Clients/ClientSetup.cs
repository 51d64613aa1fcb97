using RateLimited.Http.Arena.Upstreams;

namespace RateLimited.Http.Arena.Clients;

/// <summary>What a client is made for.</summary>
/// <param name="Upstream">The upstream that it calls.</param>
/// <param name="Address">Where that is.</param>
/// <param name="Processes">How many processes share its quota: clients that know nothing of each other get an equal part of it.</param>
/// <param name="Redis">Where the processes' Redis is, and what its keys begin with; null for one process.</param>
/// <param name="Seed">What jitter is drawn from.</param>
internal sealed record ClientSetup(ArenaUpstream Upstream, Uri Address, int Processes, (string Configuration, string Prefix)? Redis, int Seed)
{
    /// <summary>The part of a quota that is this process's: at least one.</summary>
    public int ShareOf(int quota) => Math.Max(1, quota / Processes);
}
