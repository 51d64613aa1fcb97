using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using RateLimited.Http.History;
using RateLimited.Http.History.Configuration;
using RateLimited.Http.History.Redis;
using RateLimited.Http.Redis.Connection;
using StackExchange.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets the history be kept in Redis.</summary>
public static class RedisHistoryServiceCollectionExtensions
{
    /// <summary>Records as <c>AddRateLimitHistory</c> does, and keeps the records in the Redis of the container's <c>IConnectionMultiplexer</c>.</summary>
    /// <param name="services">The program's services.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRateLimitHistoryRedis(this IServiceCollection services) => services.AddRateLimitHistoryRedis(static _ => { });

    /// <summary>Records as <c>AddRateLimitHistory</c> does, and keeps the records in Redis. The host starts when Redis is down.</summary>
    /// <param name="services">The program's services.</param>
    /// <param name="configuration">Where Redis is, as StackExchange.Redis reads it, such as <c>localhost:6379</c>.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRateLimitHistoryRedis(this IServiceCollection services, string configuration)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(configuration);
        return services.AddRateLimitHistoryRedis(options => options.Configuration = configuration);
    }

    /// <summary>
    /// Records as <c>AddRateLimitHistory</c> does, which need not be called besides, and keeps the records in Redis instead of a journal: for all processes in one stream. The options of the section hold but for those of files.
    /// </summary>
    /// <param name="services">The program's services.</param>
    /// <param name="configure">Says where, and how much. What is wrong is reported at start-up, all faults at once.</param>
    /// <returns>The same services.</returns>
    public static IServiceCollection AddRateLimitHistoryRedis(this IServiceCollection services, Action<RedisHistoryOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.AddRateLimitHistory();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisHistoryOptions>, RedisHistoryOptionsValidator>());
        services.AddOptions<RedisHistoryOptions>().Configure(configure).ValidateOnStart();
        services.Replace(ServiceDescriptor.Singleton<IHistoryStore>(static provider =>
        {
            var options = provider.GetRequiredService<IOptions<RedisHistoryOptions>>().Value;
            return new RedisHistoryStore(ConnectionOf(provider, options), options, provider.GetRequiredService<HistorySettings>());
        }));
        return services;
    }

    private static ConnectionSource ConnectionOf(IServiceProvider provider, RedisHistoryOptions options) => options.Configuration is { } configuration
        ? ConnectionSource.Of(configuration, options.Database)
        : ConnectionSource.Of(
            () => provider.GetService<IConnectionMultiplexer>() ?? throw new InvalidOperationException(
                "AddRateLimitHistoryRedis was told no server, and the container has no IConnectionMultiplexer: give it a configuration such as 'localhost:6379', or add the multiplexer."),
            options.Database);
}
