using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Memory;
using RateLimited.Http.AI.Caching;
using RateLimited.Http.AI.Tests.Embeddings;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.AI.Tests.Caching;

/// <summary>Distributed caches that fail, hang or hold something else: they cost time, and no answer.</summary>
public sealed class SickCacheTests
{
    private readonly StrictGenerator _provider = new();
    private readonly SharedCache _shared = new();
    private readonly ManualTimeProvider _time = new();

    public static TheoryData<string, Func<byte[], byte[]>> Spoilings => new()
    {
        { "empty", static _ => [] },
        { "short", static bytes => bytes[..^1] },
        { "long", static bytes => [.. bytes, 0] },
        { "another mark", static bytes => [0, .. bytes[1..]] },
        { "a flipped bit in a number", static bytes => [.. bytes[..20], (byte)(bytes[20] ^ 1), .. bytes[21..]] },
        { "a flipped bit in the instant", static bytes => [.. bytes[..8], (byte)(bytes[8] ^ 1), .. bytes[9..]] },
        { "text", static _ => [.. "{\"vector\":[1,2,3]}"u8] },
        { "a vector of another length", static _ => VectorBytes.Write([1, 2, 3], made: 1) },
        { "dimensions that would fill memory", static bytes => [.. bytes[..4], 255, 255, 255, 127, .. bytes[8..]] },
        { "an instant before all time", static _ => VectorBytes.Write([1, 2], made: long.MinValue) },
    };

    [Theory]
    [MemberData(nameof(Spoilings))]
    public async Task A_corrupt_entry_is_a_miss_and_is_made_good(string how, Func<byte[], byte[]> spoil)
    {
        using var generator = Make();
        var options = new EmbeddingGenerationOptions { Dimensions = 2 };
        await generator.GenerateAsync(["a"], options, TestContext.Current.CancellationToken);
        var (key, good) = _shared.Entries.Single();
        _shared.Entries[key] = spoil(good);

        var again = await generator.GenerateAsync(["a"], options, TestContext.Current.CancellationToken);

        again[0].Vector.ToArray().ShouldBe(StrictGenerator.VectorOf("a"), how);
        _provider.Requests.Count.ShouldBe(2);
        generator.Counts.Corrupt.ShouldBe(1);
        _shared.Entries[key].ShouldBe(good);
    }

    [Fact]
    public async Task A_cache_that_throws_is_gone_past()
    {
        _shared.Mood = static (_, _) => throw new InvalidOperationException("no connection");
        using var generator = Make();

        var embeddings = await generator.GenerateAsync(["a", "b"], options: null, TestContext.Current.CancellationToken);

        embeddings.Count.ShouldBe(2);
        generator.Counts.ShouldBe(new EmbeddingCacheCounts(Hits: 0, Shared: 0, Misses: 2, Corrupt: 0, Failures: 4));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cache_that_hangs_is_waited_for_so_long_and_no_longer(bool heedsTokens)
    {
        _shared.Mood = (_, token) => Task.Delay(Timeout.InfiniteTimeSpan, heedsTokens ? token : CancellationToken.None);
        using var generator = Make();

        var call = generator.GenerateAsync(["a", "b"], options: null, TestContext.Current.CancellationToken);
        await Eventually.TrueAsync(() => _time.UntilNextTimer == TimeSpan.FromSeconds(2));
        _time.Advance(TimeSpan.FromSeconds(2));
        await Eventually.TrueAsync(() => _provider.Requests.Count == 1 && _time.UntilNextTimer == TimeSpan.FromSeconds(2));
        _time.Advance(TimeSpan.FromSeconds(2));

        (await call.WithinDeadlineAsync()).Count.ShouldBe(2);
        _time.ArmedTimers.ShouldBe(0);
    }

    [Fact]
    public async Task Of_a_clock_that_is_ahead_of_ours_nothing_lives_longer_than_the_lifetime()
    {
        using var memory = new MemoryCache(new MemoryCacheOptions());
        using var generator = new CachingEmbeddingGenerator(_provider, memory, _shared, options: null, _time);
        await generator.GenerateAsync(["a"], options: null, TestContext.Current.CancellationToken);
        var key = _shared.Entries.Keys.Single();
        _shared.Entries[key] = VectorBytes.Write([1, 2], _time.GetUtcNow().AddYears(1_000).UtcTicks);
        memory.Clear();

        (await generator.GenerateAsync(["a"], options: null, TestContext.Current.CancellationToken))[0].Vector.ToArray().ShouldBe([1f, 2f]);
    }

    private CachingEmbeddingGenerator Make() => new(_provider, memory: null, _shared, options: null, _time);
}
