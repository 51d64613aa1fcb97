namespace RateLimited.Http;

/// <summary>How a service's quota is had that other processes share: each request's by itself, or in blocks.</summary>
public enum LeaseMode
{
    /// <summary>Every request is asked for when it is to go. Nothing lies in one process that another could use, and limits are padded by two round trips only.</summary>
    Strict,

    /// <summary>
    /// A process takes ahead what it is about to send, by its own rate and by how much is left, and gives back what it has not spent in time. Fewer round trips, for a hundredth of the shortest window by which
    /// limits are padded.
    /// </summary>
    Auto,
}
