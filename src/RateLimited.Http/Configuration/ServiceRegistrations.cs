using Microsoft.Extensions.Configuration;

namespace RateLimited.Http.Configuration;

/// <summary>What <c>AddServiceRateLimiting</c> was told: which clients are limited, by which services, and where those are configured.</summary>
internal sealed class ServiceRegistrations
{
    // The factory takes clients' names as they are written; services' names are keys of configuration, where case does not matter.
    private readonly Dictionary<string, string> _serviceOfClient = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IConfigurationSection> _sections = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _services = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Action<ServiceRateLimitingOptions>> _defaults = [];
    private readonly List<IConfigurationSection> _defaultSections = [];
    private readonly List<(string Client, Action<KeyPoolOptions> Configure)> _keys = [];
    private bool _allClients;
    private string? _serviceOfAllClients;

    /// <summary>The services that were named.</summary>
    public IReadOnlyCollection<string> Services => _services;

    public IReadOnlyCollection<IConfigurationSection> Sections => [.. _sections.Values, .. _defaultSections];

    /// <summary>What clients without a configuration of their own get, where all clients were set up at once.</summary>
    public IReadOnlyList<Action<ServiceRateLimitingOptions>> Defaults => _defaults;

    public void AddService(string service) => _services.Add(service);

    public void AddClient(string client, string service)
    {
        _serviceOfClient[client] = service;
        _services.Add(service);
    }

    public void AddSection(string service, IConfigurationSection section) => _sections[service] = section;

    /// <summary>All clients: each by the service of its name, or all by one.</summary>
    public void AddAllClients(string? service)
    {
        _allClients = true;
        if (service is not null)
        {
            _serviceOfAllClients = service;
            _services.Add(service);
        }
    }

    public void AddDefault(Action<ServiceRateLimitingOptions> configure) => _defaults.Add(configure);

    public void AddDefault(IConfigurationSection section)
    {
        _defaultSections.Add(section);
        _defaults.Add(options => ServiceOptionsReader.Read(section, options));
    }

    public void AddKeys(string client, Action<KeyPoolOptions> configure) => _keys.Add((client, configure));

    /// <summary>What the clients of a service said of its keys.</summary>
    public IEnumerable<Action<KeyPoolOptions>> KeysOf(string service) =>
        _keys.Where(each => service.Equals(ServiceOf(each.Client), StringComparison.OrdinalIgnoreCase)).Select(static each => each.Configure);

    /// <summary>The clients that were given keys and are limited by no service.</summary>
    public IEnumerable<string> KeyedWithoutService => _keys.Select(static each => each.Client).Where(client => ServiceOf(client) is null).Distinct(StringComparer.Ordinal);

    public bool IsNamedClient(string? client) => client is not null && _serviceOfClient.ContainsKey(client);

    public bool IsNamedService(string service) => _services.Contains(service);

    public IConfigurationSection? SectionOf(string service) => _sections.GetValueOrDefault(service);

    /// <summary>The service that limits a client, or null for a client that is not ours.</summary>
    public string? ServiceOf(string? client)
    {
        if (client is not null && _serviceOfClient.TryGetValue(client, out var service))
        {
            return service;
        }

        return _allClients ? _serviceOfAllClients ?? (string.IsNullOrEmpty(client) ? null : client) : null;
    }
}
