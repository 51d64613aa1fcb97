using System.Net;

namespace RateLimited.Http;

/// <summary>
/// A request was refused on this side and never reached the upstream. It is an <see cref="HttpRequestException"/> with status 429, so that
/// code which handles an upstream's 429 handles this too.
/// </summary>
public sealed class RateLimitRejectedException : HttpRequestException
{
    /// <summary>Creates the exception of one refusal.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="reason">Why the request was refused.</param>
    /// <param name="limit">The name of the limit that refused it, or null where none did.</param>
    /// <param name="retryAfter">How long to wait before the request could be admitted, or null where that is not known.</param>
    public RateLimitRejectedException(string service, RejectionReason reason, string? limit, TimeSpan? retryAfter)
        : base(Describe(service, reason, limit, retryAfter), inner: null, HttpStatusCode.TooManyRequests)
    {
        Service = service;
        Reason = reason;
        Limit = limit;
        RetryAfter = retryAfter;
    }

    /// <summary>The service's name.</summary>
    public string Service { get; }

    /// <summary>Why the request was refused.</summary>
    public RejectionReason Reason { get; }

    /// <summary>The name of the limit that refused it, or null where none did.</summary>
    public string? Limit { get; }

    /// <summary>How long to wait, from the refusal on, before the request could be admitted; null where that is not known or never.</summary>
    public TimeSpan? RetryAfter { get; }

    private static string Describe(string service, RejectionReason reason, string? limit, TimeSpan? retryAfter)
    {
        var why = reason switch
        {
            RejectionReason.LimitReached => "its quota is used up",
            RejectionReason.Timeout => "it would have to wait longer than it may",
            RejectionReason.QueueFull => "the waiting line is full",
            RejectionReason.Displaced => "a request of higher priority took its place in the full line",
            RejectionReason.CostExceedsQuota => "it costs more than the limit's whole quota and could never go",
            RejectionReason.NoKeyAvailable => "none of its API keys may be used now",
            RejectionReason.Disposed => "the limiter was disposed",
            _ => "it was refused",
        };
        var by = limit is null ? string.Empty : $" by the limit '{limit}'";
        var when = retryAfter is { } wait ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"; it could go in {wait.TotalSeconds:0.###} s") : string.Empty;
        return $"The request to '{service}' was refused{by}: {why}{when}.";
    }
}
