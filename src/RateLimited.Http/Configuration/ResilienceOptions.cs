namespace RateLimited.Http.Configuration;

/// <summary>
/// How the requests of one service survive its bad days: the section <c>RateLimiting:Services:{name}:Resilience</c>. In configuration, <c>"Resilience": false</c> switches all of it off but redirects.
/// </summary>
public sealed class ResilienceOptions
{
    /// <summary>Whether any of it is on but redirects. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// For all attempts of a request, with all pauses and waits in line between them, up to the response's headers: 10 ms to 24 h. When it is over, a
    /// <see cref="TaskCanceledException"/> with a <see cref="TimeoutException"/> inside is thrown. Default: null, none; the timeout of the HttpClient stands.
    /// </summary>
    public TimeSpan? TotalTimeout { get; set; }

    /// <summary>For one attempt, from the moment it is sent up to the response's headers; time in line is not in it. 10 ms to 24 h. Default: null, none.</summary>
    public TimeSpan? AttemptTimeout { get; set; }

    /// <summary>Repeating attempts that failed.</summary>
    public RetryOptions Retry { get; } = new();

    /// <summary>Refusing requests at once while the service is down.</summary>
    public BreakerOptions Breaker { get; } = new();

    /// <summary>What stands in for a response when nothing else could be done.</summary>
    public FallbackOptions Fallback { get; } = new();

    /// <summary>What is not sent any more while the service fails often.</summary>
    public DegradationOptions Degradation { get; } = new();

    /// <summary>Sending a request once more beside itself when no response comes.</summary>
    public HedgingOptions Hedging { get; } = new();

    /// <summary>Asking at intervals whether the service is well.</summary>
    public HealthProbeOptions HealthProbe { get; } = new();

    /// <summary>The connections of the service's clients.</summary>
    public ConnectionOptions Connections { get; } = new();

    /// <summary>
    /// How many redirects of one request are followed, 0 to 20; each is admitted and counted. They are followed to the same origin with all headers, to another without whatever might be a key, and
    /// never from https to http, with content to another origin, or from outside into a private network: such a response is handed to the caller. Zero hands over all of them. Default: 5. In
    /// configuration, <c>"Redirects": false</c> is 0.
    /// </summary>
    public int Redirects { get; set; } = 5;
}
