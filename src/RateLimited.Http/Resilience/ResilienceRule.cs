namespace RateLimited.Http.Resilience;

/// <summary>How a service's requests survive its bad days. Immutable. What is null is off.</summary>
internal sealed record ResilienceRule
{
    public static readonly ResilienceRule Nothing = new();

    /// <summary>For all attempts of a request with all pauses and waits between them, to the response's headers.</summary>
    public TimeSpan? TotalTimeout { get; init; }

    /// <summary>For one attempt from the moment it is sent to the response's headers; time in line is not in it.</summary>
    public TimeSpan? AttemptTimeout { get; init; }

    public RetryRule? Retry { get; init; }

    public BreakerRule? Breaker { get; init; }

    public FallbackRule? Fallback { get; init; }

    public DegradationRule? Degradation { get; init; }

    public HedgingRule? Hedging { get; init; }

    public HealthRule? Health { get; init; }

    /// <summary>How many redirects of a request are followed; zero hands them to the caller.</summary>
    public int MaxRedirects { get; init; }
}
