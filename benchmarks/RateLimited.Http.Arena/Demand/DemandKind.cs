namespace RateLimited.Http.Arena.Demand;

/// <summary>How much is asked for, and when.</summary>
internal enum DemandKind
{
    /// <summary>Always more than the quota: callers that ask again as soon as they were answered.</summary>
    Saturating,

    /// <summary>Three bursts, each of a fifth more than the quota of a window; less than the quota on the whole. With several processes each burst meets one of them.</summary>
    Bursty,

    /// <summary>A fifth of the quota, at random.</summary>
    Sparse,
}
