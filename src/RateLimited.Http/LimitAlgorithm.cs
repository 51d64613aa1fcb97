namespace RateLimited.Http;

/// <summary>How a limit counts.</summary>
public enum LimitAlgorithm
{
    /// <summary>In every interval as long as the window, at most the quota. The default, and right for any upstream whose window is not known.</summary>
    SlidingWindow,

    /// <summary>In every interval L, at most <c>Burst + Quota / Window × L</c>: for upstreams that refill continuously.</summary>
    TokenBucket,

    /// <summary>At most the quota in each window; windows follow one another on a grid.</summary>
    FixedWindow,

    /// <summary>At most the quota at any moment; a request counts until its response body has ended.</summary>
    Concurrency,

    /// <summary>
    /// For upstreams that announce nothing: a rate that falls when the upstream refuses and rises by CUBIC while demand meets it, as in the AWS SDKs' adaptive retry mode. At most the
    /// quota per window, where there is one.
    /// </summary>
    AdaptiveRate,

    /// <summary>
    /// For upstreams that announce nothing: a concurrency limit that follows the latency (TCP Vegas), so that requests wait here rather than there. At most the quota, where there is one.
    /// </summary>
    AdaptiveConcurrency,

    /// <summary>
    /// Of two minutes, at most twice as many requests as the upstream has answered, and a few more, once it fails: the client-side throttling of Google's SRE book, chapter 21. It has no
    /// quota. Every service has one without being asked for, see <see cref="Configuration.ServiceRateLimitingOptions.FaultThrottle"/>.
    /// </summary>
    AdaptiveThrottle,
}

/// <summary>Where the windows of a <see cref="LimitAlgorithm.FixedWindow"/> begin.</summary>
public enum WindowAnchor
{
    /// <summary>On whole multiples of the window since the epoch, in UTC; with a time zone, at that zone's midnight. The default.</summary>
    Clock,

    /// <summary>At the first request after the last window ended.</summary>
    FirstUse,

    /// <summary>At first use, until the upstream announces a reset instant; from then on there, each end a whole window or more after the one before.</summary>
    Announced,
}

/// <summary>What a limit counts separately by.</summary>
public enum PartitionBy
{
    /// <summary>Nothing: all requests of the service (or of the endpoint it stands under) share the quota. The default.</summary>
    Service,

    /// <summary>The tenant. Requests without a tenant are not counted.</summary>
    Tenant,

    /// <summary>The partition name that the caller sets on the request. Requests without one are not counted.</summary>
    Name,

    /// <summary>The API key that the request goes with, or the quota group that the key is in. For services with keys.</summary>
    Key,
}
