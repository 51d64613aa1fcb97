using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Memory;
using RateLimited.Http.AI.Embeddings;

namespace RateLimited.Http.AI.Tests.Embeddings;

/// <summary>Many callers with many texts, some equal, some refused, callers that leave and requests that break: whoever stays has his own embeddings in his own order, or knows of which texts he has none and why.</summary>
public sealed class EmbeddingRaceTests
{
    private const int Callers = 120;

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, true)]
    public async Task Nobody_has_anothers_embedding_or_pays_for_it_twice(int seed, bool isCached)
    {
        var broken = 0;
        var provider = new StrictGenerator
        {
            MaxTexts = 16,
            Refuse = texts =>
            {
                if (texts.Any(static text => text.StartsWith("bad", StringComparison.Ordinal)))
                {
                    throw StrictGenerator.BadRequest("bad");
                }

                if (Interlocked.Increment(ref broken) % 9 == 0)
                {
                    throw new HttpRequestException("broken", inner: null, HttpStatusCode.BadGateway);
                }
            },
        };
        using var memory = new MemoryCache(new MemoryCacheOptions());
        IEmbeddingGenerator<string, Embedding<float>> generator = provider.WithBatching(new EmbeddingBatchOptions
        {
            MaxTexts = 16,
            MaxDelay = TimeSpan.FromMilliseconds(1),
            MaxConcurrentCalls = 3,
            QueueLength = 64,
            MaxRepeats = 10,
            RepeatDelay = TimeSpan.Zero,
        });
        using var outer = isCached ? generator.WithCache(memory) : generator;

        var used = await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(() => CallAsync(outer, new Random((seed * 1_000) + caller))))).WithPatienceAsync();

        used.Sum().ShouldBeLessThanOrEqualTo(provider.TokensUsed);
        provider.Requests.ShouldAllBe(static request => request.Texts.Count <= 16 && request.Texts.Distinct().Count() == request.Texts.Count);
    }

    /// <summary>Returns what the caller was told that it used.</summary>
    private static async Task<long> CallAsync(IEmbeddingGenerator<string, Embedding<float>> generator, Random random)
    {
        string[] texts = [.. Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(60) switch { 0 => $"bad {random.Next(3)}", 1 => "", _ => $"text {random.Next(400)}" })];
        using var leaving = new CancellationTokenSource();
        var call = generator.GenerateAsync(texts, options: null, leaving.Token);
        if (random.Next(4) == 0)
        {
            await Task.Yield();
            await leaving.CancelAsync();
        }

        try
        {
            var embeddings = await call;
            embeddings.Select(static embedding => embedding.Vector.ToArray()).ShouldBe(texts.Select(StrictGenerator.VectorOf));
            texts.ShouldAllBe(static text => HasOne(text));
            return embeddings.Usage?.TotalTokenCount ?? 0;
        }
        catch (EmbeddingFailuresException some)
        {
            var lost = some.Failures.Where(each => HasOne(texts[each.Key])).Select(each => $"{texts[each.Key]}: {each.Value.Message}");
            some.Embeddings.Select(static embedding => embedding is not null).ShouldBe(texts.Select(HasOne), string.Join(" ", lost));
            some.Embeddings.Index().Where(static each => each.Item is not null).ShouldAllBe(each => each.Item!.Vector.ToArray().SequenceEqual(StrictGenerator.VectorOf(texts[each.Index])));
            some.Failures.ShouldAllBe(each => texts[each.Key].Length == 0 ? each.Value is ArgumentException : each.Value is HttpRequestException);
            return some.Usage?.TotalTokenCount ?? 0;
        }
        catch (OperationCanceledException)
        {
            leaving.IsCancellationRequested.ShouldBeTrue();
            return 0;
        }
        catch (Exception failure) when (failure is HttpRequestException or ArgumentException)
        {
            texts.ShouldAllBe(static text => !HasOne(text));
            return 0;
        }
    }

    private static bool HasOne(string text) => text.StartsWith("text", StringComparison.Ordinal);
}
