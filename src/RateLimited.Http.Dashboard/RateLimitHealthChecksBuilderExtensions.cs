using Microsoft.Extensions.Diagnostics.HealthChecks;
using RateLimited.Http;
using RateLimited.Http.Dashboard.Health;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Health checks of limited services.</summary>
public static class RateLimitHealthChecksBuilderExtensions
{
    /// <summary>
    /// Checks one service: unhealthy when its circuit is open or none of its keys is active; degraded when a quota is used to 95 % or more, the line is more than 80 % full, a key is out or the circuit is half open. It
    /// asks nobody outside of the process.
    /// </summary>
    /// <param name="checks">The program's health checks.</param>
    /// <param name="service">The service's name.</param>
    /// <param name="failureStatus">What is reported when no request goes; null for <see cref="HealthStatus.Unhealthy"/>.</param>
    /// <param name="tags">Tags to choose the check by.</param>
    /// <returns>The same health checks.</returns>
    public static IHealthChecksBuilder AddServiceRateLimiting(this IHealthChecksBuilder checks, string service, HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(checks);
        ArgumentException.ThrowIfNullOrEmpty(service);
        return checks.Add(new HealthCheckRegistration(
            $"rate-limits {service}",
            provider => new ServiceHealthCheck(provider.GetRequiredKeyedService<IServiceRateLimiter>(service), provider.GetRequiredKeyedService<IServiceCircuit>(service)),
            failureStatus,
            tags));
    }
}
