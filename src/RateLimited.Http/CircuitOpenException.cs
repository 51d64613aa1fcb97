using System.Globalization;
using System.Net;

namespace RateLimited.Http;

/// <summary>
/// A request was refused on this side because the circuit of its service is open: too many before it failed. It never reached the upstream, waited for nothing and cost no quota. It is an
/// <see cref="HttpRequestException"/> with status 503, so that code which handles an upstream's 503 handles this too.
/// </summary>
public sealed class CircuitOpenException : HttpRequestException
{
    /// <summary>Creates the exception of one refusal.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="state">The circuit's state.</param>
    /// <param name="retryAfter">How long to wait before a request may find out whether the service has recovered, or null where that is not known.</param>
    public CircuitOpenException(string service, CircuitState state, TimeSpan? retryAfter)
        : base(Describe(service, state, retryAfter), inner: null, HttpStatusCode.ServiceUnavailable)
    {
        Service = service;
        State = state;
        RetryAfter = retryAfter;
    }

    /// <summary>The service's name.</summary>
    public string Service { get; }

    /// <summary>The circuit's state: open, half open with all probes under way, isolated by hand; or closed, while requests of low priority are not sent.</summary>
    public CircuitState State { get; }

    /// <summary>How long to wait, from the refusal on, above zero; null where that is not known.</summary>
    public TimeSpan? RetryAfter { get; }

    private static string Describe(string service, CircuitState state, TimeSpan? retryAfter)
    {
        var why = state switch
        {
            CircuitState.Isolated => "its circuit was opened by hand",
            CircuitState.Closed => "so many requests fail that those of its priority are not sent",
            CircuitState.HalfOpen => "others are finding out whether it has recovered",
            _ => "too many requests before it failed",
        };
        var when = retryAfter is { } wait ? string.Create(CultureInfo.InvariantCulture, $"; it could go in {wait.TotalSeconds:0.###} s") : string.Empty;
        return $"The request to '{service}' was not sent: {why}{when}.";
    }
}
