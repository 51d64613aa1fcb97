namespace RateLimited.Http;

/// <summary>
/// The priority class of a request. Waiters of a higher class are admitted before those of a lower one; a waiter rises by one
/// class each time it has waited for <c>Queue:Ageing</c>, so that nothing starves. The default is <see cref="Normal"/>.
/// </summary>
public enum RequestPriority
{
    /// <summary>Work nobody waits for: back-fills, prefetching.</summary>
    Background = -2,

    /// <summary>Work that may be late.</summary>
    Low = -1,

    /// <summary>The default class.</summary>
    Normal = 0,

    /// <summary>Work a person is waiting for.</summary>
    High = 1,

    /// <summary>Work that must go before everything else: health checks, cancellations, token refreshes.</summary>
    Critical = 2,
}
