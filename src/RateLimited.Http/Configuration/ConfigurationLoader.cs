using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using RateLimited.Http.Admission;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Configuration;

/// <summary>A service as configured at one moment.</summary>
internal sealed record ConfiguredService(ServiceDefinition Definition, PipelineSettings Pipeline, KeyPlan? Keys);

/// <summary>All that is configured at one moment; replaced as a whole.</summary>
internal sealed record ConfigurationSnapshot(IReadOnlyList<LimitDefinition> GlobalLimits, MemoryThresholds Memory, IReadOnlyDictionary<string, ConfiguredService> Services);

/// <summary>Loads everything or nothing.</summary>
internal sealed class ConfigurationLoader(
    IOptionsFactory<RateLimitingOptions> global,
    IOptionsFactory<ServiceRateLimitingOptions> services,
    IOptions<ServiceRegistrations> registrations,
    IEnumerable<IOptionsChangeTokenSource<ServiceRateLimitingOptions>> changes,
    IServiceProvider provider,
    KeySources keySources,
    IConfiguration? configuration = null)
{
    public ServiceRegistrations Registrations => registrations.Value;

    /// <summary>Where keys come from, and who is told when they change.</summary>
    public KeySources KeySources => keySources;

    /// <summary>Loads all services: those that were named, those that configuration holds, and those that are asked for besides.</summary>
    /// <exception cref="OptionsValidationException">Something is wrong anywhere; it holds all faults of all services.</exception>
    public ConfigurationSnapshot Load(IEnumerable<string> besides)
    {
        var failures = Registrations.KeyedWithoutService.Select(static client => $"The client {Fault.Quote(client)} has API keys and no limits → AddServiceRateLimiting beside AddApiKeys.").ToList();
        var overall = Valid(() => global.Create(Options.DefaultName), failures);
        var loaded = new Dictionary<string, ConfiguredService>(StringComparer.OrdinalIgnoreCase);
        var scales = new List<UnitScale>();
        foreach (var name in Registrations.Services.Concat(ConfiguredNames()).Concat(besides).Distinct(StringComparer.OrdinalIgnoreCase))
        {
            if (Valid(() => Read(name), failures) is { } read && failures.Count == 0)
            {
                loaded[name] = Compiled(name, read, out var scale);
                scales.Add(scale);
            }
        }

        return failures.Count == 0
            ? new ConfigurationSnapshot(DefinitionCompiler.Limits(overall!.GlobalLimits, UnitScale.Of(scales)), DefinitionCompiler.Memory(overall.Memory), loaded)
            : throw new OptionsValidationException(RateLimitingOptionsReader.Root, typeof(ServiceRateLimitingOptions), failures);
    }

    /// <summary>Loads one service alone, whatever is wrong with others by now.</summary>
    /// <exception cref="OptionsValidationException">Something is wrong in it.</exception>
    public ConfiguredService LoadService(string name) => Compiled(name, Read(name), out _);

    /// <summary>All of the configuration that concerns us, as one text: a file that is saved for another reason changes nothing here.</summary>
    public string Text()
    {
        var text = new StringBuilder();
        foreach (var section in Sections())
        {
            foreach (var (key, value) in section.AsEnumerable())
            {
                text.Append(key).Append('=').Append(value).Append('\n');
            }
        }

        return text.ToString();
    }

    /// <summary>The sources that say when configuration changed; sections of one configuration say so together.</summary>
    public IReadOnlyList<Func<IChangeToken>> ConfigurationChanges() =>
        [.. Sections().DistinctBy(static section => section.GetReloadToken(), ReferenceEqualityComparer.Instance).Select(static section => (Func<IChangeToken>)section.GetReloadToken)];

    /// <summary>The sources that others registered for the options.</summary>
    public IReadOnlyList<Func<IChangeToken>> OptionsChanges() => [.. changes.Select(static source => (Func<IChangeToken>)source.GetChangeToken)];

    private ConfiguredService Compiled(string name, LoadedOptions loaded, out UnitScale scale)
    {
        scale = UnitScale.Of(loaded.Options);
        return new ConfiguredService(
            DefinitionCompiler.Service(name, loaded.Options, scale),
            DefinitionCompiler.Pipeline(loaded.Options, [.. Estimators(name, loaded.Options)]),
            loaded.Keys.Count == 0 ? null : KeyPlan.Of(loaded.Options, loaded.Keys, scale));
    }

    /// <summary>The options of a service and the keys that they lead to.</summary>
    private LoadedOptions Read(string name)
    {
        var options = services.Create(name);
        if (!options.Keys.IsUsed)
        {
            keySources.Forget(name);
            return new LoadedOptions(options, []);
        }

        var faults = new FaultList();
        var keys = keySources.Read(name, options, faults);
        return faults.Count == 0 ? new LoadedOptions(options, keys) : throw new OptionsValidationException(name, typeof(ServiceRateLimitingOptions), faults.Sentences());
    }

    /// <summary>Whoever the container has for the service, unless the options name somebody. It is made when the first request needs it: it may itself need what is being made here.</summary>
    private IEnumerable<ICostEstimator> Estimators(string service, ServiceRateLimitingOptions options)
    {
        if (options.CostEstimator is null && provider.GetService<IServiceProviderIsKeyedService>()?.IsKeyedService(typeof(ICostEstimator), service) == true)
        {
            yield return new KeyedEstimator(provider, service);
        }
    }

    private static T? Valid<T>(Func<T> create, List<string> failures)
        where T : class
    {
        try
        {
            return create();
        }
        catch (OptionsValidationException faults)
        {
            failures.AddRange(faults.Failures);
            return null;
        }
    }

    private IEnumerable<IConfigurationSection> Sections() =>
        configuration is null ? Registrations.Sections : Registrations.Sections.Prepend(configuration.GetSection(RateLimitingOptionsReader.Root));

    private IEnumerable<string> ConfiguredNames() =>
        configuration?.GetSection(RateLimitingOptionsReader.ServicesPath).GetChildren().Select(static child => child.Key) ?? [];

    private sealed record LoadedOptions(ServiceRateLimitingOptions Options, IReadOnlyList<KeyOptions> Keys);
}
