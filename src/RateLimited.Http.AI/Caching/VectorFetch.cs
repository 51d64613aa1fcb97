using RateLimited.Http.AI.Embeddings;

namespace RateLimited.Http.AI.Caching;

/// <summary>One call's look for vectors that nobody else looks for. It goes on while anybody waits for one of them. What changes belongs to the lock of <see cref="VectorsUnderWay"/>.</summary>
internal sealed class VectorFetch
{
    /// <summary>How many calls wait for it.</summary>
    public int Callers { get; set; } = 1;

    /// <summary>What is looked for.</summary>
    public List<SharedVector> Vectors { get; } = [];

    /// <summary>Cancelled when the last call has left. It has no timer and hangs on no other: there is nothing to dispose.</summary>
    public CancellationTokenSource Left { get; } = new();
}

/// <summary>A vector that is under way for one call or several.</summary>
internal sealed class SharedVector(VectorKey key, string text, VectorFetch fetch)
{
    private readonly TaskCompletionSource<EmbeddingOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public VectorKey Key => key;

    public string Text => text;

    public VectorFetch Fetch => fetch;

#pragma warning disable VSTHRD003 // It is this object's own, and nobody blocks on it.
    public Task<EmbeddingOutcome> OutcomeAsync() => _outcome.Task;
#pragma warning restore VSTHRD003

    public void Complete(EmbeddingOutcome outcome) => _outcome.TrySetResult(outcome);

    /// <param name="failure">A task that failed, the same for all who share the failure.</param>
    public void Fail(Task<EmbeddingOutcome> failure)
    {
        _outcome.SetFromTask(failure);

        // Read, for whoever waited may have left, and a failure that nobody reads is reported as a defect.
        _ = _outcome.Task.Exception;
    }
}
