using System.Net;
using RateLimited.Http.Signals.Classification;

namespace RateLimited.Http.Resilience;

/// <summary>Tells what the outcome of an attempt means for repeating it and for the circuit. Pure.</summary>
internal static class AttemptReader
{
    // RFC 9113, section 7 and RFC 9114, section 8.1: the server did not process the request.
    private const long Http2RefusedStream = 0x7;
    private const long Http3RequestRejected = 0x10b;

    /// <summary>Reads a response.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="verdict">What it means.</param>
    /// <param name="statuses">The statuses that are repeated; null for none.</param>
    public static AttemptReading Read(int status, Verdict verdict, IReadOnlySet<int>? statuses)
    {
        var result = verdict.Kind switch
        {
            ResponseKind.Overloaded => CallResult.Failure,
            ResponseKind.ServerFault => SaysThatItCannot(status) ? CallResult.Success : CallResult.Failure,
            ResponseKind.Limited or ResponseKind.Exhausted => CallResult.Inconclusive,
            _ => CallResult.Success,
        };
        var kind = statuses is null || verdict.ShouldRetry == false ? FailureKind.None : Kind(status, verdict.Kind, statuses);
        if (statuses is not null && kind == FailureKind.None && verdict is { ShouldRetry: true, Kind: ResponseKind.Rejected or ResponseKind.ServerFault })
        {
            kind = FailureKind.Status;
        }

        return new AttemptReading(kind, result, verdict.Wait?.Ticks);
    }

    /// <summary>Reads an exception.</summary>
    /// <param name="exception">What the attempt threw.</param>
    /// <param name="isCancelled">Whether the caller, or the total time, has given up.</param>
    public static AttemptReading Read(Exception exception, bool isCancelled) => exception switch
    {
        _ when isCancelled => new(FailureKind.None, CallResult.Inconclusive),
        RateLimitRejectedException or CircuitOpenException => new(FailureKind.None, CallResult.Inconclusive),
        HttpRequestException failure => Read(failure),
        IOException => new(FailureKind.Broken, CallResult.Failure),

        // As HttpClient says that its own timeout has passed, and SocketsHttpHandler that connecting took too long.
        OperationCanceledException { InnerException: TimeoutException } or TimeoutException => new(FailureKind.TimedOut, CallResult.Failure),
        _ => new(FailureKind.None, CallResult.Inconclusive),
    };

    private static AttemptReading Read(HttpRequestException failure) => failure.HttpRequestError switch
    {
        HttpRequestError.NameResolutionError
            or HttpRequestError.ConnectionError
            or HttpRequestError.SecureConnectionError
            or HttpRequestError.ProxyTunnelError
            or HttpRequestError.VersionNegotiationError => new(FailureKind.NotSent, CallResult.Failure),
        HttpRequestError.UserAuthenticationError
            or HttpRequestError.ConfigurationLimitExceeded
            or HttpRequestError.ExtendedConnectNotSupported => new(FailureKind.None, CallResult.Inconclusive),
        _ when WasRefused(failure) => new(FailureKind.NotSent, CallResult.Failure),
        _ => new(FailureKind.Broken, CallResult.Failure),
    };

    private static bool WasRefused(HttpRequestException failure) =>
        failure.InnerException is HttpProtocolException { ErrorCode: Http2RefusedStream or Http3RequestRejected };

    private static FailureKind Kind(int status, ResponseKind kind, IReadOnlySet<int> statuses) => kind switch
    {
        ResponseKind.Exhausted or ResponseKind.RefusedKey or ResponseKind.Permission => FailureKind.None,
        ResponseKind.Limited => statuses.Contains((int)HttpStatusCode.TooManyRequests) || statuses.Contains(status) ? FailureKind.Limited : FailureKind.None,
        ResponseKind.Overloaded => statuses.Contains((int)HttpStatusCode.ServiceUnavailable) || statuses.Contains(status) ? FailureKind.Overloaded : FailureKind.None,
        ResponseKind.ServerFault when statuses.Contains(status) => FailureKind.ServerFault,
        _ => statuses.Contains(status) ? FailureKind.Status : FailureKind.None,
    };

    /// <summary>Not implemented, HTTP version not supported and the like: the same to every attempt, and no sign of an outage.</summary>
    private static bool SaysThatItCannot(int status) => status is 501 or 505 or 506 or 508 or 510 or 511;
}
