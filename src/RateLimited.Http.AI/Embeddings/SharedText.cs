using RateLimited.Http.AI.Batching;

namespace RateLimited.Http.AI.Embeddings;

/// <summary>A text that is under way for one call or several.</summary>
internal sealed class SharedText(LaneKey lane, string text)
{
    private readonly TaskCompletionSource<EmbeddingOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LaneKey Lane => lane;

    public string Text => text;

    /// <summary>How many calls wait for it. It belongs to the lock of <see cref="TextsUnderWay"/>.</summary>
    public int Callers { get; set; }

    /// <summary>Cancelled when the last of them has left. It has no timer and hangs on no other: there is nothing to dispose.</summary>
    public CancellationTokenSource Left { get; } = new();

#pragma warning disable VSTHRD003 // It is this object's own, and nobody blocks on it.
    public Task<EmbeddingOutcome> OutcomeAsync() => _outcome.Task;
#pragma warning restore VSTHRD003

    public void Complete(Task<EmbeddingOutcome> sent)
    {
        _outcome.SetFromTask(sent);

        // Read, for whoever waited may have left, and a failure that nobody reads is reported as a defect.
        _ = _outcome.Task.Exception;
    }
}
