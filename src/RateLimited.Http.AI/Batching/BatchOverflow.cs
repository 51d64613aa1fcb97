namespace RateLimited.Http.AI.Batching;

/// <summary>What happens to an item that finds the line full.</summary>
public enum BatchOverflow
{
    /// <summary>It waits for a place, in the order of arrival: whoever produces faster than batches go is slowed down. The default.</summary>
    Wait,

    /// <summary>It is refused at once.</summary>
    Refuse,
}
