using RateLimited.Http.Admission;

namespace RateLimited.Http.Redis.Keys;

/// <summary>The keys of one service, all under one tag. Immutable.</summary>
/// <param name="schema">How keys are named.</param>
/// <param name="stem">What they begin with.</param>
/// <param name="all">The keys of the limits over all services, where those lie under the same tag; else null.</param>
internal sealed class ServiceKeys(KeySchema schema, string stem, ServiceKeys? all = null)
{
    /// <summary>What all services share.</summary>
    public string Global { get; } = all?.Service ?? $"{stem}:s";

    /// <summary>Which services of which processes take of that; null where it does not lie under the same tag.</summary>
    public string? Takers { get; } = all?.Live;

    /// <summary>What all requests of the service share.</summary>
    public string Service { get; } = $"{stem}:s";

    /// <summary>Which processes are alive.</summary>
    public string Live { get; } = $"{stem}:l";

    /// <summary>What processes say of themselves.</summary>
    public string Usage { get; } = $"{stem}:u";

    /// <summary>Where processes are told that something has become free.</summary>
    public string Channel { get; } = all?.Channel ?? $"{stem}:c";

    /// <summary>What one endpoint's requests share.</summary>
    public string Endpoint(string endpoint) => $"{stem}:e:{schema.IdOf("endpoint", endpoint)}";

    /// <summary>What one tenant's requests share, of the limits of a class of tenants.</summary>
    public string Tenant(string tenantClass, string tenant) => $"{stem}:t:{schema.IdOf("tenant", tenantClass, tenant)}";

    /// <summary>What requests with one partition name share, of the limits that stand in a place.</summary>
    public string Name(string place, string name) => $"{stem}:n:{schema.IdOf("name", place, name)}";

    /// <summary>What requests share that go with one API key, or with keys of one group; to one endpoint, where the owner names one.</summary>
    /// <exception cref="InvalidOperationException">The schema's secret is too short to hash an API key with.</exception>
    public string Quota(QuotaOwner owner) => owner.Key is { } key
        ? $"{stem}:k:{schema.IdOfKey(key, "key", stem, owner.Endpoint)}"
        : $"{stem}:k:{schema.IdOf("group", owner.Group!, owner.Endpoint)}";

    /// <summary>The last call of a process, so that none is carried out twice.</summary>
    public string Calls(string process) => $"{stem}:o:{schema.IdOf("process", process)}";
}
