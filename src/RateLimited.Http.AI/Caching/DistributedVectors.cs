using Microsoft.Extensions.Caching.Distributed;

namespace RateLimited.Http.AI.Caching;

/// <summary>
/// Vectors that several processes share. A cache that fails, hangs or holds something else costs time and no answer: what it does not give is asked for. Thread-safe.
/// </summary>
internal sealed class DistributedVectors(IDistributedCache cache, EmbeddingCacheOptions options, TimeProvider time)
{
    /// <summary>How many texts of a call are looked up at once: enough to fill the time of the way there and back, and bounded.</summary>
    private const int AtOnce = 32;

    private readonly string _prefix = options.KeyPrefix;
    private readonly TimeSpan _lifetime = options.Lifetime;
    private readonly TimeSpan _timeout = options.DistributedTimeout;

    /// <summary>Looks keys up.</summary>
    /// <param name="keys">The keys.</param>
    /// <param name="dimensions">How many numbers a vector must have; null where that is not known.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>What was found of each.</returns>
    public async Task<FoundVector[]> FindAsync(IReadOnlyList<VectorKey> keys, int? dimensions, CancellationToken cancellationToken)
    {
        var found = new FoundVector[keys.Count];
        Array.Fill(found, FoundVector.Failed);
        await EachAsync(
            keys.Count,
            async (i, token) => found[i] = Read(await cache.GetAsync(keys[i].ToText(_prefix), token).ConfigureAwait(false), dimensions),
            cancellationToken).ConfigureAwait(false);

        // Whatever still comes from a cache that was too slow comes into the other array.
        return [.. found];
    }

    /// <summary>Keeps vectors.</summary>
    /// <returns>How many were kept in time.</returns>
    public async Task<int> KeepAsync(IReadOnlyList<(VectorKey Key, float[] Vector)> vectors, CancellationToken cancellationToken)
    {
        var kept = 0;
        var made = time.GetUtcNow().UtcTicks;
        var entry = new DistributedCacheEntryOptions { AbsoluteExpirationRelativeToNow = _lifetime };
        await EachAsync(
            vectors.Count,
            async (i, token) =>
            {
                await cache.SetAsync(vectors[i].Key.ToText(_prefix), VectorBytes.Write(vectors[i].Vector, made), entry, token).ConfigureAwait(false);
                Interlocked.Increment(ref kept);
            },
            cancellationToken).ConfigureAwait(false);
        return Volatile.Read(ref kept);
    }

    private FoundVector Read(byte[]? bytes, int? dimensions)
    {
        if (bytes is null)
        {
            return FoundVector.None;
        }

        if (!VectorBytes.TryRead(bytes, out var vector, out var made) || (dimensions is { } must && must != vector.Length))
        {
            return FoundVector.Corrupt;
        }

        // Of what another process says is of the future, it is only sure that its clock is ahead of ours.
        var left = _lifetime - TimeSpan.FromTicks(Math.Max(0, time.GetUtcNow().UtcTicks - made));
        return left > TimeSpan.Zero ? new FoundVector(VectorFinding.Found, vector, left) : FoundVector.None;
    }

    /// <summary>Does something for each index, several at once, in the time there is. What fails is left out.</summary>
    private async Task EachAsync(int count, Func<int, CancellationToken, Task> body, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(_timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, cancellationToken);
        try
        {
            await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = either.Token }, async (i, token) =>
            {
                try
                {
                    await body(i, token).ConfigureAwait(false);
                }
#pragma warning disable CA1031 // Whatever a cache throws, the text has an embedding without it.
                catch (Exception)
#pragma warning restore CA1031
                {
                    token.ThrowIfCancellationRequested();
                }
            }).WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // It was too slow.
        }
    }
}
