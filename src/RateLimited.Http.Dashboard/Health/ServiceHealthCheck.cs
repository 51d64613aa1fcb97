using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace RateLimited.Http.Dashboard.Health;

/// <summary>Judges one service by its status and its circuit.</summary>
internal sealed class ServiceHealthCheck(IServiceRateLimiter limiter, IServiceCircuit circuit) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var health = ServiceHealth.Of(limiter.GetStatus(), circuit.State);
        var status = health.Level switch
        {
            HealthLevel.Healthy => HealthStatus.Healthy,
            HealthLevel.Degraded => HealthStatus.Degraded,
            _ => context.Registration.FailureStatus,
        };
        return Task.FromResult(new HealthCheckResult(status, health.Why));
    }
}
