namespace RateLimited.Http;

/// <summary>
/// The limits of one service, for callers that are not an <see cref="HttpClient"/> (git, files, a queue's consumer) or that requeue instead of waiting.
/// The same object stands behind every <see cref="HttpClient"/> of the service, so that all draw on one quota. Thread-safe.
/// Resolve it as a keyed service by the service's name.
/// </summary>
public interface IServiceRateLimiter
{
    /// <summary>The service's name.</summary>
    string Service { get; }

    /// <summary>Waits in line until the request may go.</summary>
    /// <param name="request">What is asked; the default is one request of normal priority.</param>
    /// <param name="cancellationToken">Leaves the line. Nothing is taken by a request that left it.</param>
    /// <returns>The lease; dispose it when the work has ended.</returns>
    /// <exception cref="RateLimitRejectedException">The line is full, the wait would be too long, the cost can never be met, or the limiter was disposed.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled first.</exception>
    ValueTask<ServiceLease> AcquireAsync(AdmissionRequest request = default, CancellationToken cancellationToken = default);

    /// <summary>Admits the request if it may go at once and nobody stands in line before it.</summary>
    /// <param name="request">What is asked.</param>
    AdmissionResult TryAcquire(AdmissionRequest request = default);

    /// <summary>
    /// How long the request would wait if it came now: zero when it would go at once; null when that is not known (a concurrency limit ends with
    /// somebody's release) or never. With a line before it the answer is an estimate that assumes nobody in it leaves.
    /// </summary>
    /// <param name="request">What would be asked.</param>
    TimeSpan? EstimateWait(AdmissionRequest request = default);

    /// <summary>
    /// Admits as many of the items as fit now, in their order, each with a lease of its own; the first that does not fit ends the batch.
    /// </summary>
    /// <param name="requests">What each item asks.</param>
    /// <returns>One lease for each admitted item, from the first on. Empty when none fits.</returns>
    IReadOnlyList<ServiceLease> AcquireBatch(IReadOnlyList<AdmissionRequest> requests);

    /// <summary>Tells the limits what the upstream said, where no <see cref="HttpClient"/> of ours has heard it.</summary>
    /// <param name="outcome">What the upstream said.</param>
    void Record(RequestOutcome outcome);

    /// <summary>The service's limits and line now.</summary>
    ServiceStatus GetStatus();
}
