namespace RateLimited.Http.Caching.Answering;

/// <summary>Why an answer was given that was stale.</summary>
internal enum StaleReason
{
    /// <summary>The request took it so: <c>max-stale</c>.</summary>
    Accepted,

    /// <summary>It is being asked for anew meanwhile: <c>stale-while-revalidate</c>.</summary>
    Revalidating,

    /// <summary>The request was refused, by the upstream's limits or on this side.</summary>
    Limited,

    /// <summary>The upstream failed.</summary>
    Failed,
}
