namespace RateLimited.Http.AI.Caching;

/// <summary>Which vectors somebody looks for, so that whoever else misses them waits instead of looking too. Thread-safe.</summary>
internal sealed class VectorsUnderWay
{
    private readonly Lock _gate = new();
    private readonly Dictionary<VectorKey, SharedVector> _vectors = [];

    /// <summary>Joins those who wait for vectors.</summary>
    /// <param name="wanted">What is wanted, in any order and perhaps twice.</param>
    /// <param name="joined">Gets all of it, by key.</param>
    /// <returns>What nobody looks for yet: the caller does.</returns>
    public VectorFetch Join(IEnumerable<(VectorKey Key, string Text)> wanted, Dictionary<VectorKey, SharedVector> joined)
    {
        var own = new VectorFetch();
        HashSet<VectorFetch> others = [];
        lock (_gate)
        {
            foreach (var (key, text) in wanted)
            {
                if (joined.ContainsKey(key))
                {
                    continue;
                }

                if (!_vectors.TryGetValue(key, out var vector))
                {
                    _vectors.Add(key, vector = new SharedVector(key, text, own));
                    own.Vectors.Add(vector);
                }
                else if (others.Add(vector.Fetch))
                {
                    vector.Fetch.Callers++;
                }

                joined.Add(key, vector);
            }
        }

        return own;
    }

    /// <summary>A call leaves. What nobody waits for any more is given up.</summary>
    public void Leave(IEnumerable<SharedVector> joined)
    {
        List<VectorFetch> forsaken = [];
        lock (_gate)
        {
            foreach (var fetch in joined.Select(static vector => vector.Fetch).Distinct())
            {
                if (--fetch.Callers == 0)
                {
                    Remove_NeedsLock(fetch);
                    forsaken.Add(fetch);
                }
            }
        }

        forsaken.ForEach(static fetch => fetch.Left.Cancel());
    }

    /// <summary>A fetch is over and what it found is kept: who misses it from now on looks anew.</summary>
    public void Remove(VectorFetch fetch)
    {
        lock (_gate)
        {
            Remove_NeedsLock(fetch);
        }
    }

    private void Remove_NeedsLock(VectorFetch fetch)
    {
        foreach (var vector in fetch.Vectors)
        {
            // Whoever came after the last caller had left has begun another.
            if (_vectors.TryGetValue(vector.Key, out var current) && ReferenceEquals(current, vector))
            {
                _vectors.Remove(vector.Key);
            }
        }
    }
}
