using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RateLimited.Http.Keys;
using RateLimited.Http.Pipeline;
using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Configuration;

/// <summary>What one container needs once, whatever is limited in it; and the handlers that a client needs.</summary>
internal static class ServiceRegistrationExtensions
{
    public static IServiceCollection AddRateLimitingCore(this IServiceCollection services)
    {
        if (services.Any(static service => service.ServiceType == typeof(ServiceRegistry)))
        {
            return services;
        }

        services.AddOptions();
        services.Insert(0, ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, KeyCarryingFilter>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<ServiceRateLimitingOptions>, ServiceOptionsSource>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<RateLimitingOptions>, RateLimitingOptionsSource>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ServiceRateLimitingOptions>, ServiceOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RateLimitingOptions>, RateLimitingOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<StartupValidation>, StartupValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, PrimaryHandlerDefaults>());
        services.AddOptions<StartupValidation>().ValidateOnStart();
        services.TryAddSingleton(static provider => new RateLimitingTelemetry(
            provider.GetService<IMeterFactory>(), provider.GetService<ILoggerFactory>(), provider.GetServices<IRefusalObserver>(), provider.GetServices<IAdmissionObserver>()));
        services.TryAddSingleton<KeySources>();
        services.TryAddSingleton<ConfigurationLoader>();
        services.TryAddSingleton<ServiceRegistry>();
        services.TryAddKeyedSingleton<IServiceRateLimiter>(KeyedService.AnyKey, static (provider, key) =>
            provider.GetRequiredService<ServiceRegistry>().Limiter(key as string ?? throw new InvalidOperationException("The key of an IServiceRateLimiter is its service's name, a string.")));
        services.TryAddKeyedSingleton<IServiceCircuit>(KeyedService.AnyKey, static (provider, key) =>
            provider.GetRequiredService<ServiceRegistry>().Circuit(key as string ?? throw new InvalidOperationException("The key of an IServiceCircuit is its service's name, a string.")));
        return services;
    }

    /// <summary>Puts the handlers on a client, or on all of them, once: where the client's own set-up put them, or else where that of all clients did.</summary>
    public static IHttpClientBuilder AddRateLimitingHandler(this IHttpClientBuilder builder)
    {
        var allClients = builder.Name is null;
        builder.Services.Configure<HttpClientFactoryOptions>(builder.Name, options => options.HttpMessageHandlerBuilderActions.Add(handlers =>
        {
            var registry = handlers.Services.GetRequiredService<ServiceRegistry>();
            if ((allClients && registry.IsNamedClient(handlers.Name)) || handlers.AdditionalHandlers.Any(static handler => handler is RateLimitingHandler))
            {
                return;
            }

            if (registry.PipelineOf(handlers.Name) is { } pipeline)
            {
                handlers.AdditionalHandlers.Add(new ResilienceHandler(pipeline));
                handlers.AdditionalHandlers.Add(new RedirectHandler(pipeline));
                handlers.AdditionalHandlers.Add(new RateLimitingHandler(pipeline) { ClientsOrigin = new Lazy<KeyOrigin?>(() => KeyOrigin.Of(BaseAddressOf(handlers.Name, handlers.Services))) });
                handlers.AdditionalHandlers.Add(new AttemptTimeoutHandler(pipeline));
            }
        }));
        return builder;
    }

    /// <summary>
    /// The base address that a client is set up with. Nothing tells it to handlers, so that a client that sends nothing is set up to be asked for it; only where keys depend on it.
    /// </summary>
    private static Uri? BaseAddressOf(string? client, IServiceProvider services)
    {
        using var asked = new HttpClient(new NoHandler());
        foreach (var configure in services.GetRequiredService<IOptionsMonitor<HttpClientFactoryOptions>>().Get(client).HttpClientActions)
        {
            configure(asked);
        }

        return asked.BaseAddress;
    }

    private sealed class NoHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
