namespace RateLimited.Http;

/// <summary>Why something stands in for a response of the service.</summary>
public enum FallbackCause
{
    /// <summary>The service failed, and its retries are over or were none.</summary>
    Failed,

    /// <summary>Its circuit is open: nothing was sent.</summary>
    CircuitOpen,

    /// <summary>The upstream refused for having got too much.</summary>
    Limited,

    /// <summary>The service's own limits refused the request on this side: nothing was sent.</summary>
    Refused,
}
