namespace RateLimited.Http.Resilience;

/// <summary>From which share of failures on a service is spared the requests that matter least. Immutable.</summary>
/// <param name="FailurePercent">The share of failures in the breaker's window, in percent.</param>
/// <param name="Sheds">The priority up to which requests are not sent.</param>
internal sealed record DegradationRule(int FailurePercent, RequestPriority Sheds);
