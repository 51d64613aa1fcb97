using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.AI.Estimation;
using RateLimited.Http.AI.Money;
using RateLimited.Http.AI.Telemetry;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.AI.Configuration;

/// <summary>Token costs of all services of one container: reads their sections and keeps what they have learned and spent. Thread-safe.</summary>
internal sealed class TokenCostExtension(IServiceProvider provider, IOptions<ExtensionRegistrations<TokenCostOptions>> added, IOptions<ServiceRegistrations> clients, AITelemetry telemetry) : IServiceExtension, IDisposable
{
    private const long LongestFile = 16 * 1024 * 1024;

    private readonly ConcurrentDictionary<string, ServiceTokens> _services = new(StringComparer.OrdinalIgnoreCase);

    public string Section => "AI";

    public ServiceAddition? Read(string service, IConfigurationSection? section, FaultList faults)
    {
        var delegates = added.Value.Of(service, clients.Value);
        if (section is null && delegates.Count == 0)
        {
            return null;
        }

        var options = new TokenCostOptions();
        if (section is not null)
        {
            new SectionReader(faults).Keys(section, options, TokenCostSectionReader.Keys);
        }

        foreach (var configure in delegates)
        {
            configure(options);
        }

        ReadPrices(options);
        options.Counter ??= CounterOf(service);
        options.Embeddings.TokenCounter ??= options.Counter;
        return new TokenCostAddition(TokensOf(service), options, counter: null);
    }

    /// <summary>What a service has learned and spent.</summary>
    public ServiceTokens TokensOf(string service) => _services.GetOrAdd(service, name => new ServiceTokens(name, provider.GetService<TimeProvider>() ?? TimeProvider.System, telemetry));

    /// <summary>What a service has learned and spent.</summary>
    /// <exception cref="InvalidOperationException">No token costs were added to it.</exception>
    public static ServiceTokens Required(IServiceProvider services, string service)
    {
        // Loading the configuration is what says which services count their tokens.
        services.GetService<ServiceRegistry>();
        return services.GetService<TokenCostExtension>()?.Find(service)
            ?? throw new InvalidOperationException($"No token costs were added to the service '{service}': put AddTokenCosts() behind its AddServiceRateLimiting().");
    }

    /// <summary>What a service has spent, where it is one of those that count it.</summary>
    public ServiceTokens? Find(string service) => _services.GetValueOrDefault(service);

    public void Dispose()
    {
        foreach (var service in _services.Values)
        {
            service.Dispose();
        }
    }

    private static void ReadPrices(TokenCostOptions options)
    {
        if (options.PriceFile is not { } path)
        {
            return;
        }

        try
        {
            if (new FileInfo(path).Length > LongestFile)
            {
                options.PriceFault = "it is longer than 16 MB";
                return;
            }

            using var file = File.OpenRead(path);
            using var document = JsonDocument.Parse(file);
            options.ReadPrices = PriceFile.Read(document.RootElement, out var fault);
            options.PriceFault = fault;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException or ArgumentException or NotSupportedException)
        {
            options.PriceFault = exception is JsonException ? "it is no JSON" : "it cannot be read";
        }
    }

    private ITokenCounter? CounterOf(string service) =>
        provider.GetService<IServiceProviderIsKeyedService>()?.IsKeyedService(typeof(ITokenCounter), service) == true
            ? provider.GetRequiredKeyedService<ITokenCounter>(service)
            : provider.GetService<ITokenCounter>();
}
