using System.Collections.Concurrent;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RateLimited.Http.Caching.Answering;
using RateLimited.Http.Caching.Telemetry;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>The caches of all services of one container: reads their sections and holds what they keep. Thread-safe.</summary>
internal sealed class CacheExtension(IOptions<ExtensionRegistrations<ResponseCacheOptions>> added, IOptions<ServiceRegistrations> clients, CacheTelemetry telemetry, TimeProvider? time = null) : IServiceExtension, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<CachedService>> _services = new(StringComparer.OrdinalIgnoreCase);

    public string Section => CacheSectionReader.Section;

    public ServiceAddition? Read(string service, IConfigurationSection? section, FaultList faults)
    {
        var delegates = added.Value.Of(service, clients.Value);
        if (section is null && delegates.Count == 0)
        {
            // Where there was one, it goes with its section.
            return _services.ContainsKey(service) ? new CacheAddition(CacheOf(service), new ResponseCacheOptions { Enabled = false }) : null;
        }

        var options = new ResponseCacheOptions();
        if (section is not null)
        {
            CacheSectionReader.Read(new SectionReader(faults), section, options);
        }

        foreach (var configure in delegates)
        {
            configure(options);
        }

        return new CacheAddition(CacheOf(service), options);
    }

    /// <summary>The cache of a service; it answers nothing until the service is configured to have one.</summary>
    public CachedService CacheOf(string service) => _services.GetOrAdd(service, name => new Lazy<CachedService>(() => new CachedService(name, time ?? TimeProvider.System, telemetry))).Value;

    public void Dispose()
    {
        foreach (var service in _services.Values)
        {
            service.Value.Dispose();
        }
    }
}
