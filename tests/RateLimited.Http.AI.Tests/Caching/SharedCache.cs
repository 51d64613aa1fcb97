using System.Collections.Concurrent;
using Microsoft.Extensions.Caching.Distributed;

namespace RateLimited.Http.AI.Tests.Caching;

/// <summary>A distributed cache whose moods a test decides.</summary>
internal sealed class SharedCache : IDistributedCache
{
    public ConcurrentDictionary<string, byte[]> Entries { get; } = new(StringComparer.Ordinal);

    public ConcurrentQueue<DistributedCacheEntryOptions> Options { get; } = new();

    /// <summary>What it does before it answers, by the key.</summary>
    public Func<string, CancellationToken, Task> Mood { get; set; } = static (_, _) => Task.CompletedTask;

    public async Task<byte[]?> GetAsync(string key, CancellationToken token = default)
    {
        await Mood(key, token);
        return Entries.TryGetValue(key, out var bytes) ? bytes : null;
    }

    public async Task SetAsync(string key, byte[] value, DistributedCacheEntryOptions options, CancellationToken token = default)
    {
        await Mood(key, token);
        Options.Enqueue(options);
        Entries[key] = value;
    }

    public byte[]? Get(string key) => throw new NotSupportedException("Nothing here blocks.");

    public void Set(string key, byte[] value, DistributedCacheEntryOptions options) => throw new NotSupportedException("Nothing here blocks.");

    public void Refresh(string key) => throw new NotSupportedException();

    public Task RefreshAsync(string key, CancellationToken token = default) => throw new NotSupportedException();

    public void Remove(string key) => throw new NotSupportedException();

    public Task RemoveAsync(string key, CancellationToken token = default) => throw new NotSupportedException();
}
