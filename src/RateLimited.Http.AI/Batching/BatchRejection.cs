namespace RateLimited.Http.AI.Batching;

/// <summary>Why an item never came into a batch.</summary>
public enum BatchRejection
{
    /// <summary>It is larger or dearer than a whole batch or one item may be.</summary>
    ItemTooLarge,

    /// <summary>The line was full, and items do not wait for a place (<see cref="BatchOverflow.Refuse"/>).</summary>
    QueueFull,

    /// <summary>The batcher was disposed before the item had its result.</summary>
    Disposed,
}
