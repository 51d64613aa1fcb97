namespace RateLimited.Http;

/// <summary>
/// The circuit breaker of one service: a keyed service by the service's name. All clients of the service share it. Thread-safe.
/// </summary>
public interface IServiceCircuit
{
    /// <summary>The state now. A circuit whose break is over stays <see cref="CircuitState.Open"/> until a request asks.</summary>
    CircuitState State { get; }

    /// <summary>How much of the service there is now.</summary>
    DegradationLevel Level { get; }

    /// <summary>Refuses every request of the service until <see cref="Close"/> is called, also where no breaker is configured. Requests under way go on.</summary>
    void Isolate();

    /// <summary>Lets all requests through again and forgets what failed before.</summary>
    void Close();
}
