namespace RateLimited.Http;

/// <summary>
/// Estimates what requests of a service cost, before they are admitted: each attempt, also those that are retries. Set it in the service's options, or register it as a keyed service by
/// the service's name. What a request says of its own costs wins over it, and it wins over the configured costs, each unit for itself. Called by many threads at once.
/// </summary>
public interface ICostEstimator
{
    /// <summary>Estimates what a request costs.</summary>
    /// <param name="request">The request, which must not be changed. Its body can be looked at without consuming it.</param>
    /// <param name="cancellationToken">The caller has given the request up.</param>
    /// <returns>The estimate, or null for a request of whose cost it knows nothing. What is thrown is thrown to the caller of the request, which then takes nothing from the limits.</returns>
    ValueTask<CostEstimate?> EstimateAsync(CostedRequest request, CancellationToken cancellationToken);
}
