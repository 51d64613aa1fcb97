namespace RateLimited.Http;

/// <summary>What happens to the requests of services whose <c>Store</c> is <c>File</c> while the store's directory cannot be written to, as on a full disk.</summary>
public enum FileFailureMode
{
    /// <summary>They go on by what this process has counted, which a restart meanwhile would not know of. A warning and a metric say so.</summary>
    Memory,

    /// <summary>Nothing goes but what was written before. Requests wait in line, and are refused when they have waited long enough.</summary>
    FailClosed,
}
