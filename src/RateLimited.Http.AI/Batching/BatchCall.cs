namespace RateLimited.Http.AI.Batching;

/// <summary>
/// Makes one batch call, usually one request through a limited <see cref="HttpClient"/>, whose limits then hold for it as for any other. Called concurrently, on threads of the pool, with nothing of
/// any caller's context but what a <see cref="RateLimitScope"/> said of the items.
/// </summary>
/// <typeparam name="TIn">An item.</typeparam>
/// <typeparam name="TOut">What an item becomes.</typeparam>
/// <param name="items">The items, at least one, within all bounds.</param>
/// <param name="cancellationToken">Cancelled when nobody waits for any of the items any more, or the batcher was disposed.</param>
/// <returns>One result for each item, in their order. What is thrown instead is every item's failure.</returns>
public delegate Task<IReadOnlyList<BatchResult<TOut>>> BatchCall<TIn, TOut>(IReadOnlyList<TIn> items, CancellationToken cancellationToken);
