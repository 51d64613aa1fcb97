using Microsoft.Extensions.Diagnostics.HealthChecks;
using RateLimited.Http.Redis;
using RateLimited.Http.Redis.Health;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets the host's health checks look after the Redis that limits are counted in.</summary>
public static class RedisHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a check that runs the very script that decides, with nothing to decide. Healthy: it runs. Degraded: Redis cannot be asked now, so that each process goes on by itself, or it may evict limits.
    /// Unhealthy: somebody's mistake, which no waiting mends. <c>AddRateLimitingRedis</c> must have been called on the services. No text holds a key, an address or a secret.
    /// </summary>
    /// <param name="builder">The host's health checks.</param>
    /// <param name="name">The check's name.</param>
    /// <param name="tags">Its tags.</param>
    public static IHealthChecksBuilder AddRateLimitingRedis(this IHealthChecksBuilder builder, string name, params IEnumerable<string> tags)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        return builder.Add(new HealthCheckRegistration(name, static services => new RedisHealthCheck(services.GetRequiredService<RedisStore>()), failureStatus: null, tags));
    }
}
