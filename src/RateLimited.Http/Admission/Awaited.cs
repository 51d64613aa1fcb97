using System.Threading.Tasks.Sources;

namespace RateLimited.Http.Admission;

/// <summary>
/// Tells one caller, once, that something has come about. Thread-safe, but for <see cref="Reset"/>.
/// </summary>
/// <remarks>
/// The runtime's own core is done before it looks for a continuation. A caller that sees it done in between may go on, be through and reuse the object, and the one that tells it still writes to
/// it. Here being done and taking the continuation are one step: whoever tells touches nothing after it that the caller may have let go.
/// </remarks>
internal struct Awaited
{
    private static readonly Action<object?> Done = static _ => { };

    private Action<object?>? _continuation;
    private object? _state;

    public readonly bool IsDone => ReferenceEquals(Volatile.Read(in _continuation), Done);

    /// <summary>It has come about. Once.</summary>
    public void Set(Completion completion)
    {
        if (Interlocked.Exchange(ref _continuation, Done) is { } continuation)
        {
            // The caller has not been told yet: nobody else touches the state.
            GoOn(continuation, _state, completion);
        }
    }

    /// <summary>What to do when it has come about, or at once if it has.</summary>
    /// <exception cref="InvalidOperationException">Somebody waits for it already.</exception>
    public void Await(Action<object?> continuation, object? state, ValueTaskSourceOnCompletedFlags flags, Completion completion)
    {
        if (flags != ValueTaskSourceOnCompletedFlags.None && CapturedContinuation.Of(continuation, state, flags) is { } captured)
        {
            (continuation, state) = (CapturedContinuation.GoOn, captured);
        }

        _state = state;
        if (Interlocked.CompareExchange(ref _continuation, continuation, null) is not { } previous)
        {
            return;
        }

        if (!ReferenceEquals(previous, Done))
        {
            throw new InvalidOperationException("A request's admission is awaited once.");
        }

        GoOn(continuation, state, completion);
    }

    /// <summary>Readies it for its next use. Nobody waits for it.</summary>
    public void Reset() => (_continuation, _state) = (null, null);

    private static void GoOn(Action<object?> continuation, object? state, Completion completion)
    {
        if (completion == Completion.Inline)
        {
            continuation(state);
        }
        else
        {
            ThreadPool.UnsafeQueueUserWorkItem(continuation, state, preferLocal: true);
        }
    }
}
