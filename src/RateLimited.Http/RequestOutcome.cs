namespace RateLimited.Http;

/// <summary>
/// What the upstream said to a request that did not go through an <see cref="HttpClient"/> of ours, for
/// <see cref="IServiceRateLimiter.Record"/>.
/// </summary>
public readonly record struct RequestOutcome
{
    /// <summary>Whether the upstream said that a limit was exceeded. Default: false.</summary>
    public bool Limited { get; init; }

    /// <summary>
    /// Whether the upstream failed or did not answer. Adaptive limits learn from it, and the service's throttle on server faults. Default: false.
    /// </summary>
    public bool Failed { get; init; }

    /// <summary>
    /// For how long the upstream wants no request. The whole service pauses for it, bounded by one hour; a pause is never shortened. Default: null.
    /// </summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>
    /// In how much time the upstream's window starts anew. Fixed windows anchored to <c>Announced</c> resets move their end there. Default: null.
    /// </summary>
    public TimeSpan? ResetAfter { get; init; }

    /// <summary>How long the upstream took to answer; it feeds the measured arrival guard. With neither <see cref="Limited"/> nor <see cref="Failed"/> it says that the
    /// request succeeded; with <see cref="Limited"/> it tells refusals of one burst from a new one. Default: null.</summary>
    public TimeSpan? Latency { get; init; }
}
