using RateLimited.Http;
using RateLimited.Http.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Sets up services that are not called through an <see cref="HttpClient"/>: git, files, a queue's consumer.</summary>
public static class ServiceRateLimitingServiceCollectionExtensions
{
    /// <summary>
    /// Adds a service that is configured in <c>RateLimiting:Services:{service}</c>. Its <see cref="IServiceRateLimiter"/> is a keyed service by the service's name.
    /// </summary>
    /// <param name="services">The container's services.</param>
    /// <param name="service">The service's name.</param>
    public static IServiceCollection AddServiceRateLimiting(this IServiceCollection services, string service)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(service);
        return services.AddRateLimitingCore().Configure<ServiceRegistrations>(registrations => registrations.AddService(service));
    }

    /// <summary>
    /// Adds a service that is configured in code, on top of its section if there is one. Its <see cref="IServiceRateLimiter"/> is a keyed service by the service's name.
    /// </summary>
    /// <param name="services">The container's services.</param>
    /// <param name="service">The service's name.</param>
    /// <param name="configure">Sets up the service. What is wrong is reported at start-up, all faults at once.</param>
    public static IServiceCollection AddServiceRateLimiting(this IServiceCollection services, string service, Action<ServiceRateLimitingOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        return services.AddServiceRateLimiting(service).Configure(service, configure);
    }
}
