using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Configuration;

/// <summary>What <c>AddTokenCosts</c> was told: for which clients and services, and how.</summary>
internal sealed class TokenCostRegistrations
{
    private readonly List<(string? Client, string? Service, Action<TokenCostOptions> Configure)> _added = [];

    public void AddClient(string? client, Action<TokenCostOptions> configure) => _added.Add((client, null, configure));

    public void AddService(string service, Action<TokenCostOptions> configure) => _added.Add((null, service, configure));

    /// <summary>The delegates of a service; none where it was not added.</summary>
    public IReadOnlyList<Action<TokenCostOptions>> Of(string service, ServiceRegistrations clients) =>
        [.. _added.Where(added => string.Equals(added.Service ?? clients.ServiceOf(added.Client) ?? added.Client ?? service, service, StringComparison.OrdinalIgnoreCase)).Select(static added => added.Configure)];
}
