using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RateLimited.Http.Telemetry.Traffic;

namespace RateLimited.Http.Configuration;

/// <summary>What counts whose requests are, once in a container, however many packages show it.</summary>
internal static class TrafficRegistrationExtensions
{
    public static IServiceCollection AddTrafficBook(this IServiceCollection services)
    {
        services.TryAddSingleton(static provider => new TrafficBook(provider.GetService<TimeProvider>() ?? TimeProvider.System));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IAdmissionObserver, TrafficBook>(static provider => provider.GetRequiredService<TrafficBook>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IRefusalObserver, TrafficBook>(static provider => provider.GetRequiredService<TrafficBook>()));
        return services;
    }
}
