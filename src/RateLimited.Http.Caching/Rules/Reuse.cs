namespace RateLimited.Http.Caching.Rules;

/// <summary>What becomes of a kept answer that fits a request.</summary>
internal enum Reuse
{
    /// <summary>The upstream is asked whether it still holds.</summary>
    Validate,

    /// <summary>It is given: it is fresh.</summary>
    Fresh,

    /// <summary>It is given although it is stale: the request takes it so.</summary>
    Stale,

    /// <summary>It is given although it is stale, and asked for anew meanwhile: the upstream said that this may be.</summary>
    StaleWhileRevalidate,
}
