namespace RateLimited.Http;

/// <summary>Which of the keys that have room a request takes. A key without room is never taken, whatever is preferred.</summary>
public enum KeySelection
{
    /// <summary>Of two that are drawn by lot, the one with more left of its quotas; of equals, the one that was used less. The default.</summary>
    MostHeadroom,

    /// <summary>One after the other, in the order they are listed.</summary>
    RoundRobin,

    /// <summary>The one whose last use is the longest ago.</summary>
    LeastRecentlyUsed,

    /// <summary>By weight: a key of weight 2 twice as often as one of weight 1.</summary>
    Weighted,

    /// <summary>
    /// A tenant's requests take the same key as long as it has room, so that what the upstream caches for it is found again; and when it has none, always the same other one. Requests without a tenant take
    /// the key with the most headroom.
    /// </summary>
    StickyByTenant,
}
