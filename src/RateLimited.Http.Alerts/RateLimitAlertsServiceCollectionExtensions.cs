using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RateLimited.Http;
using RateLimited.Http.Alerts;
using RateLimited.Http.Alerts.Configuration;
using RateLimited.Http.Alerts.Readings;
using RateLimited.Http.Alerts.Sinks;
using RateLimited.Http.Alerts.Watching;
using RateLimited.Http.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds alerts.</summary>
public static class RateLimitAlertsServiceCollectionExtensions
{
    private const string Category = "RateLimited.Http.Alerts";

    /// <summary>
    /// Watches all services by rules with defaults, and by the section <c>RateLimiting:Alerts</c> where there is one, from the host's start to its end. Without any sink in it the log is told. Every <see cref="IAlertSink"/> in
    /// the container is told as well; <see cref="IAlertBook"/> shows and acknowledges alerts.
    /// </summary>
    /// <param name="services">The program's services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRateLimitAlerts(this IServiceCollection services) => services.AddRateLimitAlerts(static _ => { });

    /// <summary>Watches all services as set up in code, on top of the section <c>RateLimiting:Alerts</c> if there is one.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="configure">Sets it up. What is wrong is reported at start-up, all faults at once. It runs again with each change of the configuration.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRateLimitAlerts(this IServiceCollection services, Action<AlertOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddRateLimitingCore().AddMetrics();
        services.TryAddSingleton<AlertOptionsSource>();
        if (!services.Any(static service => service.ImplementationInstance is PackageSection { Key: AlertSectionReader.Name }))
        {
            services.AddSingleton(new PackageSection(AlertSectionReader.Name));
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<AlertOptions>, AlertOptionsSource>(static provider => provider.GetRequiredService<AlertOptionsSource>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<AlertOptions>, AlertOptionsValidator>());
        services.AddOptions<AlertOptions>().Configure(configure).ValidateOnStart();
        services.TryAddSingleton<SinkHttp>();
        services.TryAddSingleton(static provider => new MeterCounts(provider.GetService<IMeterFactory>()));
        services.TryAddSingleton(WatchOf);
        services.TryAddSingleton<IAlertBook>(static provider => provider.GetRequiredService<AlertWatch>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, AlertHost>());
        return services;
    }

    private static AlertWatch WatchOf(IServiceProvider provider)
    {
        var log = provider.GetService<ILoggerFactory>()?.CreateLogger(Category) ?? NullLogger.Instance;
        return new AlertWatch(
            new WindowedReader(provider.GetRequiredService<ServiceRegistry>(), provider.GetRequiredService<MeterCounts>()),
            new PlanCompiler(provider.GetRequiredService<IOptionsFactory<AlertOptions>>(), provider.GetServices<IAlertSink>(), provider.GetRequiredService<SinkHttp>(), log),
            provider.GetRequiredService<AlertOptionsSource>(),
            provider.GetService<TimeProvider>() ?? TimeProvider.System,
            log);
    }
}
