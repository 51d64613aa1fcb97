using System.Diagnostics.Metrics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RateLimited.Http;
using RateLimited.Http.Configuration;
using RateLimited.Http.History;
using RateLimited.Http.History.Configuration;
using RateLimited.Http.History.Journal;
using RateLimited.Http.History.Queries;
using RateLimited.Http.History.Recording;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets what limits do be recorded.</summary>
public static class RateLimitHistoryServiceCollectionExtensions
{
    /// <summary>Records every refusal and every minute's usage of all services, as the section <c>RateLimiting:History</c> says, from the host's start to its end.</summary>
    /// <param name="services">The program's services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRateLimitHistory(this IServiceCollection services) => services.AddRateLimitHistory(static _ => { });

    /// <summary>
    /// Records every refusal and every minute's usage of all services, from the host's start to its end: into a journal on disk, or into the <see cref="IHistoryStore"/> that the container has. Nothing of it is done on a request's
    /// way but to count. Call it beside <c>AddServiceRateLimiting</c>; a second call adds only its options.
    /// </summary>
    /// <param name="services">The program's services.</param>
    /// <param name="configure">Sets it up, on top of the section. What is wrong is reported at start-up, all faults at once.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRateLimitHistory(this IServiceCollection services, Action<RateLimitHistoryOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddRateLimitingCore().AddMetrics();
        if (services.Any(static service => service.ServiceType == typeof(RateLimitHistory)))
        {
            services.Configure(configure);
            return services;
        }

        services.AddSingleton(new PackageSection(HistorySectionReader.Section));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<RateLimitHistoryOptions>, HistoryOptionsSource>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RateLimitHistoryOptions>, HistoryFaults>());
        services.AddOptions<RateLimitHistoryOptions>().Configure(configure).ValidateOnStart();
        services.TryAddSingleton(static provider => new HistorySettings(provider.GetRequiredService<IOptionsFactory<RateLimitHistoryOptions>>(), LoggersOf(provider), provider.GetService<IConfiguration>()));
        services.TryAddSingleton<PendingRecords>();
        services.TryAddSingleton<IHistoryStore>(static provider => new JournalStore(provider.GetRequiredService<HistorySettings>(), TimeOf(provider), LoggersOf(provider)));
        services.TryAddSingleton(static provider => new HistoryRecorder(
            provider.GetRequiredService<PendingRecords>(), new Lazy<IHistoryStore>(provider.GetRequiredService<IHistoryStore>), provider.GetRequiredService<HistorySettings>(), TimeOf(provider), LoggersOf(provider)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IRefusalObserver, HistoryRecorder>(static provider => provider.GetRequiredService<HistoryRecorder>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IDemandProfile, DemandProfile>(static provider => new DemandProfile(
            new Lazy<IHistoryStore>(provider.GetRequiredService<IHistoryStore>), TimeOf(provider), LoggersOf(provider))));
        services.TryAddSingleton(static provider => new CheckListener(provider.GetService<IMeterFactory>()));
        services.TryAddSingleton(static provider => new UsageSampler(
            provider.GetRequiredService<ServiceRegistry>(), provider.GetRequiredService<CheckListener>(), provider.GetRequiredService<PendingRecords>(), TimeOf(provider), LoggersOf(provider)));
        services.AddSingleton(static provider => new RateLimitHistory(provider.GetRequiredService<HistoryRecorder>(), provider.GetRequiredService<IHistoryStore>()));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, HistoryHost>());
        return services;
    }

    private static TimeProvider TimeOf(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;

    private static ILoggerFactory LoggersOf(IServiceProvider provider) => provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance;
}
