using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>One section of this package's in each service's, for all services of a container, and what each of them has for as long as the container lives. Thread-safe.</summary>
/// <typeparam name="TOptions">The options of the section.</typeparam>
/// <typeparam name="TState">What a service has.</typeparam>
internal abstract class SectionExtension<TOptions, TState>(IOptions<ExtensionRegistrations<TOptions>> added, IOptions<ServiceRegistrations> clients) : IServiceExtension, IDisposable
    where TOptions : class, new()
    where TState : IDisposable
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, TState> _services = new(StringComparer.OrdinalIgnoreCase);

    public abstract string Section { get; }

    /// <summary>The options of a service that has none of it.</summary>
    protected abstract TOptions Off { get; }

    public ServiceAddition? Read(string service, IConfigurationSection? section, FaultList faults)
    {
        var delegates = added.Value.Of(service, clients.Value);
        if (section is null && delegates.Count == 0)
        {
            // Where there was one, it goes with its section.
            lock (_lock)
            {
                return _services.TryGetValue(service, out var state) ? AdditionOf(state, Off) : null;
            }
        }

        var options = new TOptions();
        if (section is not null)
        {
            Read(new SectionReader(faults), section, options);
        }

        foreach (var configure in delegates)
        {
            configure(options);
        }

        return AdditionOf(StateOf(service), options);
    }

    /// <summary>What a service has; it does nothing until the service is configured so.</summary>
    public TState StateOf(string service)
    {
        lock (_lock)
        {
            return _services.TryGetValue(service, out var state) ? state : _services[service] = Make(service);
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var state in _services.Values)
            {
                state.Dispose();
            }
        }
    }

    protected abstract void Read(SectionReader reader, IConfigurationSection section, TOptions options);

    protected abstract TState Make(string service);

    protected abstract ServiceAddition AdditionOf(TState state, TOptions options);
}
