namespace RateLimited.Http.Caching.Stored;

/// <summary>
/// The answers of one service: bounded in bytes and in number, the ones that were used the longest ago leave first. Holds no address and no header of a request. Thread-safe.
/// </summary>
internal sealed class ResponseStore
{
    /// <summary>Of one request: an upstream that varies by more varies by what is different each time.</summary>
    private const int MostVariants = 16;

    private readonly Lock _lock = new();
    private readonly Dictionary<Digest, List<LinkedListNode<StoredResponse>>> _requests = [];
    private readonly Dictionary<Digest, HashSet<Digest>> _resources = [];
    private readonly LinkedList<StoredResponse> _byUse = [];
    private long _bytes;
    private long _evictions;

    /// <summary>How many there are, what they take, and how many had to leave for want of room.</summary>
    public (int Entries, long Bytes, long Evictions) Figures
    {
        get
        {
            lock (_lock)
            {
                return (_byUse.Count, _bytes, _evictions);
            }
        }
    }

    /// <summary>The latest answer that fits a request; null where there is none.</summary>
    /// <param name="key">What is asked for, and by whom.</param>
    /// <param name="request">The request, for what answers vary by.</param>
    /// <param name="hasOthers">Whether there are answers that vary.</param>
    public StoredResponse? Find(RequestKey key, HttpRequestMessage request, out bool hasOthers)
    {
        lock (_lock)
        {
            hasOthers = _requests.TryGetValue(key.Request, out var variants);
            for (var i = (variants?.Count ?? 0) - 1; i >= 0; i--)
            {
                var node = variants![i];
                if (node.Value.Variant == RequestKey.VariantOf(request, node.Value.Facts.Vary!))
                {
                    _byUse.Remove(node);
                    _byUse.AddLast(node);
                    return node.Value;
                }
            }
        }

        return null;
    }

    /// <summary>Keeps an answer in place of the one that fits the same requests, and makes room for it.</summary>
    /// <param name="response">The answer.</param>
    /// <param name="maxBytes">How much all may take.</param>
    /// <param name="maxEntries">How many there may be.</param>
    public void Keep(StoredResponse response, long maxBytes, int maxEntries)
    {
        lock (_lock)
        {
            var variants = VariantsOf(response.Key);
            if (variants.Find(node => node.Value.Variant == response.Variant && node.Value.Facts.Vary!.SequenceEqual(response.Facts.Vary!, StringComparer.Ordinal)) is { } same)
            {
                Drop(same);
                variants = VariantsOf(response.Key);
            }
            else if (variants.Count >= MostVariants)
            {
                Evict(variants[0]);
            }

            variants.Add(_byUse.AddLast(response));
            _bytes += response.Size;
            Trim(maxBytes, maxEntries);
        }
    }

    /// <summary>Puts an answer in the place of another that is still there.</summary>
    public void Replace(StoredResponse old, StoredResponse response, long maxBytes, int maxEntries)
    {
        lock (_lock)
        {
            if (NodeOf(old) is not { } node)
            {
                return;
            }

            Drop(node);
            Keep(response, maxBytes, maxEntries);
        }
    }

    /// <summary>Forgets an answer.</summary>
    public void Remove(StoredResponse response)
    {
        lock (_lock)
        {
            if (NodeOf(response) is { } node)
            {
                Drop(node);
            }
        }
    }

    /// <summary>Forgets all answers of an address, whoever asked. Returns how many there were.</summary>
    public int RemoveResource(Digest resource)
    {
        lock (_lock)
        {
            if (!_resources.TryGetValue(resource, out var requests))
            {
                return 0;
            }

            LinkedListNode<StoredResponse>[] nodes = [.. requests.SelectMany(request => _requests[request])];
            Array.ForEach(nodes, Drop);
            return nodes.Length;
        }
    }

    public void Clear()
    {
        lock (_lock)
        {
            _requests.Clear();
            _resources.Clear();
            _byUse.Clear();
            _bytes = 0;
        }
    }

    /// <summary>Makes what is kept fit into less.</summary>
    public void Fit(long maxBytes, int maxEntries)
    {
        lock (_lock)
        {
            Trim(maxBytes, maxEntries);
        }
    }

    private LinkedListNode<StoredResponse>? NodeOf(StoredResponse response) =>
        _requests.TryGetValue(response.Key.Request, out var variants) ? variants.Find(node => ReferenceEquals(node.Value, response)) : null;

    private List<LinkedListNode<StoredResponse>> VariantsOf(RequestKey key)
    {
        if (!_requests.TryGetValue(key.Request, out var variants))
        {
            _requests[key.Request] = variants = [];
            if (!_resources.TryGetValue(key.Resource, out var requests))
            {
                _resources[key.Resource] = requests = [];
            }

            requests.Add(key.Request);
        }

        return variants;
    }

    private void Trim(long maxBytes, int maxEntries)
    {
        while (_byUse.First is { } oldest && (_bytes > maxBytes || _byUse.Count > maxEntries))
        {
            Evict(oldest);
        }
    }

    private void Evict(LinkedListNode<StoredResponse> node)
    {
        _evictions++;
        Drop(node);
    }

    private void Drop(LinkedListNode<StoredResponse> node)
    {
        var key = node.Value.Key;
        _bytes -= node.Value.Size;
        _byUse.Remove(node);
        var variants = _requests[key.Request];
        variants.Remove(node);
        if (variants.Count > 0)
        {
            return;
        }

        _requests.Remove(key.Request);
        var requests = _resources[key.Resource];
        requests.Remove(key.Request);
        if (requests.Count == 0)
        {
            _resources.Remove(key.Resource);
        }
    }
}
