namespace RateLimited.Http.Configuration;

/// <summary>What another package was told in code of its sections: for which clients and services, and how.</summary>
/// <typeparam name="TOptions">The options of the section.</typeparam>
internal sealed class ExtensionRegistrations<TOptions>
{
    private readonly List<(string? Client, string? Service, Action<TOptions> Configure)> _added = [];

    public void AddClient(string? client, Action<TOptions> configure) => _added.Add((client, null, configure));

    public void AddService(string service, Action<TOptions> configure) => _added.Add((null, service, configure));

    /// <summary>The delegates of a service; none where it was not added.</summary>
    public IReadOnlyList<Action<TOptions>> Of(string service, ServiceRegistrations clients) =>
        [.. _added.Where(added => string.Equals(added.Service ?? clients.ServiceOf(added.Client) ?? added.Client ?? service, service, StringComparison.OrdinalIgnoreCase)).Select(static added => added.Configure)];
}
