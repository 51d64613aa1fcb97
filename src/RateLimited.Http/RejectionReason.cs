namespace RateLimited.Http;

/// <summary>Why a request was not admitted.</summary>
public enum RejectionReason
{
    /// <summary>The request was admitted.</summary>
    None,

    /// <summary>A limit has no quota left for the request now, and the caller did not want to wait.</summary>
    LimitReached,

    /// <summary>The request would have to wait, or has waited, longer than it may.</summary>
    Timeout,

    /// <summary>The waiting line is full.</summary>
    QueueFull,

    /// <summary>The request was dropped from a full line in favour of one of higher priority.</summary>
    Displaced,

    /// <summary>The request costs more than the quota of a limit, so that it could never go.</summary>
    CostExceedsQuota,

    /// <summary>The limiter was disposed.</summary>
    Disposed,

    /// <summary>None of the service's API keys may be used: the upstream wants them to rest, their quotas are used up, or it does not accept them.</summary>
    NoKeyAvailable,
}
