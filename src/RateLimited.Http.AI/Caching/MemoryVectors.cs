using Microsoft.Extensions.Caching.Memory;

namespace RateLimited.Http.AI.Caching;

/// <summary>
/// Vectors in this process, so many bytes of them. All live equally long, so that the first to come is the first that would end, and makes room. Thread-safe.
/// </summary>
internal sealed class MemoryVectors(IMemoryCache cache, long maxBytes)
{
    /// <summary>About what the cache, its key and the array need besides the numbers.</summary>
    private const int Overhead = 200;

    private readonly Lock _gate = new();
    private readonly Queue<(VectorKey Key, int Bytes)> _kept = new();
    private long _bytes;

    public float[]? Find(VectorKey key) => cache.TryGetValue(key, out var found) ? found as float[] : null;

    /// <param name="key">The key.</param>
    /// <param name="vector">The vector, which nobody changes any more.</param>
    /// <param name="lifetime">How long it may be given, above zero.</param>
    public void Keep(VectorKey key, float[] vector, TimeSpan lifetime)
    {
        var bytes = (vector.Length * sizeof(float)) + Overhead;
        if (bytes > maxBytes)
        {
            return;
        }

        List<VectorKey> leaving = [];
        lock (_gate)
        {
            _kept.Enqueue((key, bytes));
            _bytes += bytes;
            while (_bytes > maxBytes)
            {
                var oldest = _kept.Dequeue();
                _bytes -= oldest.Bytes;
                leaving.Add(oldest.Key);
            }
        }

        leaving.ForEach(oldest => cache.Remove(oldest));
        using var entry = cache.CreateEntry(key);
        entry.Value = vector;
        entry.Size = bytes;
        entry.AbsoluteExpirationRelativeToNow = lifetime;
    }
}
