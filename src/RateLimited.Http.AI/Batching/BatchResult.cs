using System.Diagnostics.CodeAnalysis;

namespace RateLimited.Http.AI.Batching;

/// <summary>What became of one item of a batch: a value, or why there is none. A value converts to it by itself. Immutable.</summary>
/// <typeparam name="T">What an item becomes.</typeparam>
public readonly struct BatchResult<T>
{
    private readonly T _value;

    internal BatchResult(T value, Exception? failure)
    {
        _value = value;
        Failure = failure;
    }

    /// <summary>Why there is no value; null where there is one.</summary>
    public Exception? Failure { get; }

    /// <summary>Whether there is no value.</summary>
    [MemberNotNullWhen(true, nameof(Failure))]
    public bool IsFailed => Failure is not null;

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">There is none; the inner exception is the failure.</exception>
    public T Value => Failure is null ? _value : throw new InvalidOperationException("The item failed and has no value; look at Failure.", Failure);

    /// <summary>A success.</summary>
    /// <param name="value">The value.</param>
    public static implicit operator BatchResult<T>(T value) => new(value, failure: null);
}

/// <summary>Makes results of items.</summary>
public static class BatchResult
{
    /// <summary>A success.</summary>
    /// <param name="value">What the item became.</param>
    public static BatchResult<T> Of<T>(T value) => new(value, failure: null);

    /// <summary>A failure of one item, which says nothing of the others in its batch.</summary>
    /// <param name="failure">What its caller gets.</param>
    public static BatchResult<T> Failed<T>(Exception failure)
    {
        ArgumentNullException.ThrowIfNull(failure);
        return new BatchResult<T>(default!, failure);
    }
}
