namespace RateLimited.Http.AI.Batching;

/// <summary>One item with what its caller waits for.</summary>
internal sealed class BatcherItem<TIn, TOut> : BatchItem
{
    public required TIn Value { get; init; }

    /// <summary>What was said of requests where the item came from.</summary>
    public RequestSettings? Settings { get; init; }

    /// <summary>Continuations run elsewhere: whoever completes it goes on to others.</summary>
    public TaskCompletionSource<TOut> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Set for an item that found the line full: completed when it has a place, or needs none any more.</summary>
    public TaskCompletionSource? Entered { get; set; }

    /// <summary>Set before the item goes anywhere, so that whoever completes it sees it.</summary>
    public CancellationTokenRegistration Leaving { get; set; }

#pragma warning disable VSTHRD003 // They are the batcher's own, and nobody blocks on them.
    public Task<TOut> ResultAsync() => Result.Task;

    /// <summary>Of an item that found the line full: ends when it has a place, or needs none any more.</summary>
    public Task EnteredAsync() => Entered!.Task;
#pragma warning restore VSTHRD003

    /// <summary>Outside of any lock. Only the first outcome counts.</summary>
    public void Complete(TOut value)
    {
        Result.TrySetResult(value);
        Release();
    }

    /// <summary>Outside of any lock. Only the first outcome counts.</summary>
    /// <param name="failure">A task that failed, the same for all who share the failure.</param>
    public void Fail(Task<TOut> failure)
    {
        Result.TrySetFromTask(failure);
        Release();
    }

    /// <summary>Outside of any lock.</summary>
    public void Cancel(CancellationToken cancellationToken)
    {
        Result.TrySetCanceled(cancellationToken);
        Release();
    }

    private void Release()
    {
        Entered?.TrySetResult();

        // Not disposed: that would wait for the callback, which may be what runs here.
        Leaving.Unregister();
    }
}
