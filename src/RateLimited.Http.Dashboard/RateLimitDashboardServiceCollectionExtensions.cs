using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using RateLimited.Http;
using RateLimited.Http.Configuration;
using RateLimited.Http.Dashboard.Access;
using RateLimited.Http.Dashboard.Metrics;
using RateLimited.Http.Dashboard.Readings;
using RateLimited.Http.Dashboard.Traffic;
using RateLimited.Http.Telemetry.Traffic;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds what the dashboard and the metrics page read from.</summary>
public static class RateLimitDashboardServiceCollectionExtensions
{
    /// <summary>
    /// Adds what <c>MapRateLimitDashboard</c> and <c>MapRateLimitMetrics</c> read from: it listens to the meter RateLimited.Http, hears whose each request is and where it goes, of which it keeps a few shares and the last
    /// refusals, and takes a sample of every service each five seconds, of which it keeps a quarter of an hour in memory. Call it beside <c>AddServiceRateLimiting</c>; a second call adds nothing.
    /// </summary>
    /// <param name="services">The program's services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRateLimitDashboard(this IServiceCollection services)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddMetrics();
        services.AddAntiforgery();
        services.TryAddSingleton(static provider => new MetricBook(provider.GetService<IMeterFactory>()));
        services.TryAddSingleton(static provider => new ObservedFigures(provider.GetService<IMeterFactory>()));
        services.TryAddSingleton<FigureReader>();
        services.TryAddSingleton(static provider => new ServiceReader(
            provider.GetRequiredService<ServiceRegistry>(), provider.GetRequiredService<MetricBook>(), provider.GetRequiredService<FigureReader>(), TimeOf(provider), provider.GetService<IAlertBook>(), provider.GetService<IFleetBook>()));
        services.AddTrafficBook();
        services.TryAddSingleton<TenantAlias>();
        services.TryAddSingleton(static provider => new Sampler(provider.GetRequiredService<ServiceReader>(), provider.GetRequiredService<TrafficBook>(), TimeOf(provider)));
        services.TryAddSingleton<MappedPages>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, AccessCheck>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, SamplerHost>());
        return services;
    }

    private static TimeProvider TimeOf(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;
}
