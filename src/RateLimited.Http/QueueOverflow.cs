namespace RateLimited.Http;

/// <summary>What happens when the waiting line is full.</summary>
public enum QueueOverflow
{
    /// <summary>The request that came last is refused. The default.</summary>
    RefuseNewest,

    /// <summary>The newest request of the lowest priority is dropped, if it is lower than that of the one that came; else the one that came is refused.</summary>
    DropLowestPriority,
}
