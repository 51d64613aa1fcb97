namespace RateLimited.Http.AI.Batching;

/// <summary>An item was refused by a <see cref="Batcher{TIn, TOut}"/>. It says nothing of the other items.</summary>
public sealed class BatchRejectedException : InvalidOperationException
{
    /// <summary>Creates the exception of one refusal.</summary>
    /// <param name="reason">Why the item was refused.</param>
    /// <param name="message">What stood against it, with values, and what would be right.</param>
    public BatchRejectedException(BatchRejection reason, string message)
        : base(message) => Reason = reason;

    /// <summary>Why the item was refused.</summary>
    public BatchRejection Reason { get; }
}
