using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using RateLimited.Http;
using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Configuration;
using RateLimited.Http.Redis;
using RateLimited.Http.Redis.Configuration;
using RateLimited.Http.Redis.Watching;
using RateLimited.Http.Telemetry.Traffic;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets services count their limits in Redis, together with all other processes that do.</summary>
public static class RedisServiceCollectionExtensions
{
    /// <summary>
    /// Adds Redis as a store, as the section <c>RateLimiting:Redis</c> says; where that names no server, over the container's <c>IConnectionMultiplexer</c>. A service uses it by <c>"Store": "Redis"</c>. Nothing connects before a
    /// request is to be decided, and the host starts when Redis is down.
    /// </summary>
    /// <param name="services">The container's services.</param>
    public static IServiceCollection AddRateLimitingRedis(this IServiceCollection services) => services.AddRateLimitingRedis(static _ => { });

    /// <summary>Adds Redis as a store. A service uses it by <c>"Store": "Redis"</c>. Nothing connects before a request is to be decided, and the host starts when Redis is down.</summary>
    /// <param name="services">The container's services.</param>
    /// <param name="configuration">Where Redis is, as StackExchange.Redis reads it, such as <c>localhost:6379</c>.</param>
    public static IServiceCollection AddRateLimitingRedis(this IServiceCollection services, string configuration)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(configuration);
        return services.AddRateLimitingRedis(options => options.Configuration = configuration);
    }

    /// <summary>Adds Redis as a store, on top of the section <c>RateLimiting:Redis</c> if there is one. A service uses it by <c>"Store": "Redis"</c>.</summary>
    /// <param name="services">The container's services.</param>
    /// <param name="configure">Sets it up. What is wrong is reported at start-up, all faults at once.</param>
    public static IServiceCollection AddRateLimitingRedis(this IServiceCollection services, Action<RedisStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        if (!services.Any(static service => service.ImplementationInstance is PackageSection { Key: RedisSectionReader.Section }))
        {
            services.AddSingleton(new PackageSection(RedisSectionReader.Section));
        }

        services.TryAddEnumerable(ServiceDescriptor.Singleton<IConfigureOptions<RedisStoreOptions>, RedisOptionsSource>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisStoreOptions>, RedisFaults>());
        services.TryAddSingleton<RedisStore>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<ISharedStore, RedisStore>(static container => container.GetRequiredService<RedisStore>()));
        services.AddMetrics();
        services.TryAddSingleton(static provider => new UsageCounts(provider.GetService<IMeterFactory>()));
        services.AddTrafficBook();
        services.TryAddSingleton(static provider => new ProcessReporter(
            provider, provider.GetRequiredService<UsageCounts>(), provider.GetRequiredService<TrafficBook>(), TrafficSeal.Of(provider.GetRequiredService<IOptions<RedisStoreOptions>>().Value.Secret)));
        services.TryAddSingleton(static provider => new FleetBook(
            provider.GetRequiredService<RedisStore>(), provider, provider.GetRequiredService<ProcessReporter>(), provider.GetService<TimeProvider>() ?? TimeProvider.System, provider.GetRequiredService<IOptions<RedisStoreOptions>>()));
        services.TryAddSingleton<IFleetBook>(static provider => provider.GetRequiredService<FleetBook>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, FleetBook>(static provider => provider.GetRequiredService<FleetBook>()));
        services.AddOptions<RedisStoreOptions>().Configure(configure).ValidateOnStart();
        return services;
    }
}
