using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using RateLimited.Http.Admission;
using RateLimited.Http.Admission.Persistence;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Configuration;

/// <summary>
/// All services of one container: each is made once, when it is first used, and lives as long as the container, however often the factory rotates handlers. A change of the
/// configuration changes them in place. Thread-safe.
/// </summary>
internal sealed class ServiceRegistry : IDisposable
{
    private const int MaxMessage = 400;

    /// <summary>What metrics and logs name by it that is about the limits over all services.</summary>
    private const string AllServices = "(all services)";

    private readonly ConfigurationLoader _loader;
    private readonly RateLimitingTelemetry _telemetry;
    private readonly InProcessStore _store;
    private readonly Dictionary<string, LiveService> _live = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<IDisposable> _subscriptions = [];
    private readonly IServiceProvider? _services;

    // Held while options are made, which runs delegates of the program's: a service that is asked for meanwhile must see either all of a change or nothing of it.
    private readonly Lock _gate = new();
    private ConfigurationSnapshot _current;
    private string _text;
    private bool _isDisposed;
    private MemoryWatch? _memory;
    private PaceWatch? _pace;

    /// <exception cref="OptionsValidationException">Something is wrong in the options of any service; it holds all faults.</exception>
    /// <exception cref="IOException">The directory that limits are kept in cannot be used, belongs to another process, or holds what cannot be read.</exception>
    public ServiceRegistry(ConfigurationLoader loader, RateLimitingTelemetry telemetry, TimeProvider? time = null, IServiceProvider? services = null)
    {
        _services = services;
        _loader = loader;
        _telemetry = telemetry;
        _text = loader.Text();
        _current = loader.Load([]);
        _store = new InProcessStore(time ?? TimeProvider.System, _current.GlobalLimits, KeeperOf(loader, _current, time ?? TimeProvider.System, telemetry));
        _store.ServiceCount = _current.Services.Count;
        foreach (var change in loader.ConfigurationChanges())
        {
            _subscriptions.Add(ChangeToken.OnChange(change, () => Reload(unchanged: false)));
        }

        foreach (var change in loader.OptionsChanges())
        {
            _subscriptions.Add(ChangeToken.OnChange(change, () => Reload(unchanged: true)));
        }

        loader.KeySources.Changed = ReloadKeys;

        // What changed between loading and subscribing.
        Reload(unchanged: false);
    }

    /// <summary>The limiter of a service.</summary>
    /// <exception cref="InvalidOperationException">No such service is configured.</exception>
    public ServiceLimiter Limiter(string service) => Known(service).Limiter;

    /// <summary>The circuit of a service.</summary>
    /// <exception cref="InvalidOperationException">No such service is configured.</exception>
    public IServiceCircuit Circuit(string service) => Known(service).Pipeline.Resilience;

    /// <summary>The names of all services that are configured now, in the order of the alphabet.</summary>
    public IReadOnlyList<string> Services
    {
        get
        {
            lock (_gate)
            {
                return [.. _current.Services.Values.Select(static service => service.Definition.Name).Order(StringComparer.OrdinalIgnoreCase)];
            }
        }
    }

    private LiveService Known(string service) =>
        Find(service) ?? throw new InvalidOperationException(
            $"No service {Fault.Quote(service)} is configured under {RateLimitingOptionsReader.ServicesPath} or added in code; configured are: {Names()}.");

    public bool IsNamedClient(string? client) => _loader.Registrations.IsNamedClient(client);

    /// <summary>The pipeline that a client's requests go through, or null where none limits them.</summary>
    public ServicePipeline? PipelineOf(string? client)
    {
        var pipeline = OfClient(client)?.Pipeline;
        pipeline?.Limiter.ExpectAnswers();
        return pipeline;
    }

    public void Dispose()
    {
        // Outside the gate: it waits for a change that is just being taken over.
        _subscriptions.ForEach(static subscription => subscription.Dispose());
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            _isDisposed = true;
            _memory?.Dispose();
            _pace?.Dispose();
            foreach (var service in _live.Values)
            {
                service.Pipeline.Dispose();
                service.Limiter.Dispose();
            }

            _store.Dispose();
        }
    }

    private LiveService? OfClient(string? client)
    {
        if (_loader.Registrations.ServiceOf(client) is not { } service)
        {
            return null;
        }

        var found = Find(service);
        if (found is null && _loader.Registrations.Defaults.Count > 0)
        {
            Add(service);
            found = Find(service);
        }

        return found;
    }

    private LiveService? Find(string name)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            if (_live.TryGetValue(name, out var live) || !_current.Services.TryGetValue(name, out var configured))
            {
                return live;
            }

            ShareGlobals();
            var telemetry = _telemetry.For(configured.Definition.Name);
            var shared = SharedStoreOf(configured.Definition);
            var keys = configured.Keys is null ? null : new PoolRing(configured.Definition.Name, telemetry, isShared: configured.Definition.Store is not null);
            var limiter = new ServiceLimiter(Spread(configured).Definition with { Keys = configured.Keys?.Define(keys!) }, _store, telemetry, shared: shared);
            live = new LiveService(limiter, new ServicePipeline(limiter, configured.Pipeline) { Keys = keys, Clients = _services is null ? null : ClientOf }, telemetry);
            _live.Add(name, live);
            _memory ??= WatchMemory();
            live.Pipeline.Probe();
            return live;
        }
    }

    /// <summary>Where any service counts with other processes, and so are the limits over all services counted, that begins before the first of them goes.</summary>
    private void ShareGlobals()
    {
        if (_store.SharedGlobals is null && _current.Services.Values.Select(service => SharedStoreOf(service.Definition)).FirstOrDefault(static store => store is { Settings.Globals: GlobalCounting.Blocks }) is { } shared)
        {
            _store.ShareGlobals(shared, _telemetry.For(AllServices));

            // A reload may have brought it while others went already.
            foreach (var live in _live.Values)
            {
                live.Limiter.Apply();
            }
        }
    }

    /// <summary>Loads a service that is nowhere named, for a client that has what all clients have.</summary>
    private void Add(string name)
    {
        lock (_gate)
        {
            if (!_current.Services.ContainsKey(name))
            {
                var services = new Dictionary<string, ConfiguredService>(_current.Services, StringComparer.OrdinalIgnoreCase) { [name] = _loader.LoadService(name) };
                _current = _current with { Services = services };
                _store.ServiceCount = services.Count;
            }
        }
    }

    /// <summary>Asked for only when a request needs it: the factory of clients is made of what asks this registry.</summary>
    private HttpClient ClientOf(string name) => _services!.GetRequiredService<IHttpClientFactory>().CreateClient(name);

    private void Reload(bool unchanged)
    {
        lock (_gate)
        {
            if (_isDisposed)
            {
                return;
            }

            try
            {
                var text = _loader.Text();
                if (unchanged || !string.Equals(text, _text, StringComparison.Ordinal))
                {
                    _text = text;
                    var next = _loader.Load(_live.Keys);
                    if (_store.Keeper is null && IsAnyKept(next))
                    {
                        Refuse("Store 'File' cannot be taken up while the program runs that had none when it began.");
                        return;
                    }

                    Apply(next);
                }
            }
            catch (OptionsValidationException faults)
            {
                Refuse(string.Join(' ', faults.Failures));
            }
#pragma warning disable CA1031 // A delegate or a provider of the program's may throw anything, and what it throws would end the thread that watches the file.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                Refuse($"{fault.GetType().Name}: {Fault.Excerpt(fault.Message, MaxMessage)}");
            }
        }
    }

    private void Apply(ConfigurationSnapshot next)
    {
        _current = next;
        _store.ServiceCount = next.Services.Count;
        _store.ApplyGlobal(next.GlobalLimits);
        foreach (var (name, live) in _live)
        {
            live.Apply(Spread(next.Services[name]));
            live.Telemetry.Reloaded();
        }
    }

    /// <summary>The keys of one service may have changed, and nothing else.</summary>
    private void ReloadKeys(string name)
    {
        lock (_gate)
        {
            if (_isDisposed || !_current.Services.ContainsKey(name))
            {
                return;
            }

            _live.TryGetValue(name, out var live);
            try
            {
                var configured = _loader.LoadService(name);
                _current = _current with { Services = new Dictionary<string, ConfiguredService>(_current.Services, StringComparer.OrdinalIgnoreCase) { [name] = configured } };
                live?.Apply(Spread(configured));
                live?.Telemetry.Keys.Replaced(configured.Keys?.Keys.Count ?? 0);
            }
            catch (OptionsValidationException faults)
            {
                (live?.Telemetry ?? _telemetry.For(name)).ReloadRefused(string.Join(' ', faults.Failures));
            }
#pragma warning disable CA1031 // As with a reload of everything.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                (live?.Telemetry ?? _telemetry.For(name)).ReloadRefused(fault.GetType().Name);
            }
        }
    }

    /// <summary>Says so of every service in use, and where none is yet, of every service that is configured: a refusal that nobody hears of looks like a change that was taken over.</summary>
    private void Refuse(string faults)
    {
        IReadOnlyList<ServiceTelemetry> told = _live.Count > 0
            ? [.. _live.Values.Select(static live => live.Telemetry)]
            : [.. _current.Services.Values.Select(service => _telemetry.For(service.Definition.Name))];
        foreach (var telemetry in told)
        {
            telemetry.ReloadRefused(faults);
        }
    }

    /// <summary>Where any service is to outlive the process, so are the limits that all share.</summary>
    private static Keeper? KeeperOf(ConfigurationLoader loader, ConfigurationSnapshot configured, TimeProvider time, RateLimitingTelemetry telemetry) =>
        configured.File.Directory is { } directory && (loader.Registrations.Defaults.Count > 0 || IsAnyKept(configured))
            ? new Keeper(new KeeperSettings(directory, configured.File.OnFailure), time, telemetry)
            : null;

    private static bool IsAnyKept(ConfigurationSnapshot configured) => configured.Services.Values.Any(static service => service.Definition.IsKept);

    /// <summary>Where alerts are used theirs tell of memory.</summary>
    private MemoryWatch? WatchMemory() => _services?.GetService<IServiceProviderIsService>()?.IsService(typeof(IAlertBook)) != false ? null
        : new MemoryWatch(_store.Clock.Time, _telemetry, InUse, () => _current.Memory);

    /// <summary>What is configured is spread evenly: by what is known of demand, where that was asked for before.</summary>
    private ConfiguredService Spread(ConfiguredService service)
    {
        if (_services is not null && PaceWatch.Concerns(service.Definition))
        {
            _pace ??= new PaceWatch(_store.Clock.Time, () => [.. _services.GetServices<IDemandProfile>()], SpreadAll);
        }

        return _pace is { HasLooked: true } pace && pace.Spread(service.Definition) is { } spread ? service with { Definition = spread } : service;
    }

    private void SpreadAll()
    {
        lock (_gate)
        {
            foreach (var live in _isDisposed ? [] : _live.Values.ToList())
            {
                if (_pace!.Spread(live.Limiter.Definition) is { } spread)
                {
                    live.Limiter.Apply(spread);
                }
            }
        }
    }

    private IReadOnlyList<ServiceLimiter> InUse()
    {
        lock (_gate)
        {
            return _isDisposed ? [] : [.. _live.Values.Select(static live => live.Limiter)];
        }
    }

    private ISharedStore? SharedStoreOf(ServiceDefinition definition) => definition.Store is not { } name
        ? null
        : _services!.GetServices<ISharedStore>().First(store => store.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private string Names()
    {
        lock (_gate)
        {
            var names = _current.Services.Keys.Order(StringComparer.OrdinalIgnoreCase).ToArray();
            return names.Length == 0 ? "none" : string.Join(", ", names.Select(static name => Fault.Quote(name)));
        }
    }

    private sealed record LiveService(ServiceLimiter Limiter, ServicePipeline Pipeline, ServiceTelemetry Telemetry)
    {
        /// <summary>Takes over what is configured. What is known of limits and keys stays.</summary>
        public void Apply(ConfiguredService service)
        {
            Pipeline.Settings = service.Pipeline;
            Limiter.Apply(now => service.Definition with { Keys = KeysOf(service, now) });
        }

        private KeyPoolDefinition? KeysOf(ConfiguredService service, long now)
        {
            if (service.Keys is not { } plan)
            {
                Pipeline.Keys?.Clear();
                return null;
            }

            var ring = Pipeline.Keys ?? new PoolRing(service.Definition.Name, Telemetry, isShared: service.Definition.Store is not null);
            var keys = plan.Define(ring, now);
            Pipeline.Keys = ring;
            return keys;
        }
    }
}
