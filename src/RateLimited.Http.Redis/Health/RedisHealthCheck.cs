using Microsoft.Extensions.Diagnostics.HealthChecks;
using RateLimited.Http.Admission.Sharing;

namespace RateLimited.Http.Redis.Health;

/// <summary>
/// Runs the very script that decides, with nothing to decide: whoever may not run it, or runs another, is found before a request is. What passes degrades, somebody's mistake is unhealthy; no sentence
/// holds a key, an address or a secret. Thread-safe.
/// </summary>
internal sealed class RedisHealthCheck(RedisStore store) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var policy = await store.ProbeAsync(cancellationToken).ConfigureAwait(false);
            return policy is not null && policy.StartsWith("allkeys", StringComparison.Ordinal)
                ? HealthCheckResult.Degraded($"Redis may evict limits, and would give their quotas out anew: maxmemory-policy is {policy}, and noeviction would be right.")
                : HealthCheckResult.Healthy("Redis decides.");
        }
        catch (SharedStoreException failure)
        {
            return new HealthCheckResult(failure.Passes ? HealthStatus.Degraded : HealthStatus.Unhealthy, failure.Message);
        }
    }
}
