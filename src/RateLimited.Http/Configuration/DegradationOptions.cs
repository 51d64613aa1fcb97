namespace RateLimited.Http.Configuration;

/// <summary>
/// What is not sent any more while a service fails often and its circuit is closed still: requests of low priority, which get the fallback or a <see cref="CircuitOpenException"/>. What is left
/// of the service is for those that matter. It counts in the window of the breaker, and needs it.
/// </summary>
public sealed class DegradationOptions
{
    /// <summary>
    /// From which share of failures on, in percent, 1 to 100, below the breaker's. In configuration, <c>"Degradation": 25</c> sets it alone. Default: null, never.
    /// </summary>
    public int? FailurePercent { get; set; }

    /// <summary>The priority up to which requests are not sent then. Default: <see cref="RequestPriority.Low"/>.</summary>
    public RequestPriority Sheds { get; set; } = RequestPriority.Low;
}
