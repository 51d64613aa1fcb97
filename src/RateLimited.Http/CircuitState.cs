namespace RateLimited.Http;

/// <summary>Whether requests to a service go through its circuit breaker.</summary>
public enum CircuitState
{
    /// <summary>All go.</summary>
    Closed,

    /// <summary>None goes, until the break is over.</summary>
    Open,

    /// <summary>The break is over: so many go as may find out whether the service has recovered.</summary>
    HalfOpen,

    /// <summary>None goes, until somebody closes the circuit by hand.</summary>
    Isolated,
}
