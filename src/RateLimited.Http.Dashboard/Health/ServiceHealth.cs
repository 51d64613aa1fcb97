namespace RateLimited.Http.Dashboard.Health;

/// <summary>How well a service is.</summary>
internal enum HealthLevel
{
    /// <summary>Requests go, or wait for a moment.</summary>
    Healthy,

    /// <summary>It is near the end of something.</summary>
    Degraded,

    /// <summary>No request goes.</summary>
    Unhealthy,
}

/// <summary>A judgement and its reason, which names a limit, a key or a state, and nothing that a request brought. Pure.</summary>
/// <param name="Level">The judgement.</param>
/// <param name="Why">The reason; null for <see cref="HealthLevel.Healthy"/>.</param>
internal readonly record struct ServiceHealth(HealthLevel Level, string? Why = null)
{
    /// <summary>From this share of a quota on a service is near its limit. Concurrency is meant to be used wholly: it is judged by the line.</summary>
    private const double NearLimit = 0.95;

    private const double NearlyFull = 0.8;

    public static ServiceHealth Of(ServiceStatus status, CircuitState circuit)
    {
        if (circuit is CircuitState.Open or CircuitState.Isolated)
        {
            return new(HealthLevel.Unhealthy, circuit == CircuitState.Open ? "The circuit is open." : "The circuit was opened by hand.");
        }

        if (status.Keys.Count > 0 && status.Keys.All(static key => key.State != KeyState.Active))
        {
            return new(HealthLevel.Unhealthy, "No key is active.");
        }

        if (circuit == CircuitState.HalfOpen)
        {
            return new(HealthLevel.Degraded, "The circuit is half open.");
        }

        if (status.Keys.FirstOrDefault(static key => key.State is KeyState.Exhausted or KeyState.Error or KeyState.Disabled) is { } key)
        {
            return new(HealthLevel.Degraded, $"The key {key.Name} is out.");
        }

        if (status.LineCapacity > 0 && status.Line.Sum(static line => line.Waiting) > NearlyFull * status.LineCapacity)
        {
            return new(HealthLevel.Degraded, "The line is nearly full.");
        }

        return status.Limits.FirstOrDefault(static limit => limit is { ResetAfter: not null, IsPaced: false } && limit.Used >= NearLimit * limit.Quota) is { } limit
            ? new(HealthLevel.Degraded, $"The limit {limit.Name} is nearly used up.")
            : new(HealthLevel.Healthy);
    }
}
