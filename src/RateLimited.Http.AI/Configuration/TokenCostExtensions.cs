using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using RateLimited.Http.AI;
using RateLimited.Http.AI.Configuration;
using RateLimited.Http.AI.Telemetry;
using RateLimited.Http.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Prices the requests of a service in tokens, audio, images and money before they are sent, and settles them by what answers report.</summary>
public static class TokenCostExtensions
{
    /// <summary>
    /// Prices the client's requests by the section <c>AI</c> of its service, or by the defaults where there is none. Behind <c>AddServiceRateLimiting</c>. Requests that ask no model cost what
    /// they would without it.
    /// </summary>
    /// <param name="builder">The client.</param>
    public static IHttpClientBuilder AddTokenCosts(this IHttpClientBuilder builder) => builder.AddTokenCosts(static _ => { });

    /// <summary>Prices the client's requests as set up in code, on top of the section <c>AI</c> of its service if there is one.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets up the costs. What is wrong is reported at start-up, with all other faults. It runs again with each change of the configuration.</param>
    public static IHttpClientBuilder AddTokenCosts(this IHttpClientBuilder builder, Action<TokenCostOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var client = builder.Name;
        builder.Services.AddTokenCostsCore().Configure<ExtensionRegistrations<TokenCostOptions>>(registrations => registrations.AddClient(client, configure));
        return builder;
    }

    /// <summary>Prices the requests of a service as set up in code, on top of its section <c>AI</c> if there is one.</summary>
    /// <param name="services">The container's services.</param>
    /// <param name="service">The service's name.</param>
    /// <param name="configure">Sets up the costs.</param>
    public static IServiceCollection AddTokenCosts(this IServiceCollection services, string service, Action<TokenCostOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddTokenCostsCore().Configure<ExtensionRegistrations<TokenCostOptions>>(registrations => registrations.AddService(service, configure));
    }

    private static IServiceCollection AddTokenCostsCore(this IServiceCollection services)
    {
        services.AddRateLimitingCore();
        services.TryAddSingleton(static provider => new AITelemetry(provider.GetService<IMeterFactory>(), provider.GetService<ILoggerFactory>()));
        services.TryAddSingleton<TokenCostExtension>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceExtension, TokenCostExtension>(static provider => provider.GetRequiredService<TokenCostExtension>()));
        services.TryAddKeyedSingleton<ITokenCosts>(KeyedService.AnyKey, static (provider, key) =>
        {
            var service = key as string ?? throw new InvalidOperationException("The key of an ITokenCosts is its service's name, a string.");

            return new TokenCostsOfService(TokenCostExtension.Required(provider, service));
        });
        return services;
    }
}
