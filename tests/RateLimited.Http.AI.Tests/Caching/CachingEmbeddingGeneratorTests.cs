using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using RateLimited.Http.AI.Caching;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.AI.Tests.Embeddings;
using RateLimited.Http.Testing;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.AI.Tests.Caching;

public sealed class CachingEmbeddingGeneratorTests : IDisposable
{
    private readonly StrictGenerator _provider = new();
    private readonly MemoryCache _memory = new(new MemoryCacheOptions());
    private readonly SharedCache _shared = new();
    private readonly ManualTimeProvider _time = new();

    public void Dispose() => _memory.Dispose();

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task What_was_made_before_is_not_asked_for_again(bool inMemory, bool isShared)
    {
        using var generator = Make(inMemory, isShared);

        var first = await Ask(generator, "a", "b", "a");
        var second = await Ask(generator, "b", "a", "c");

        _provider.Requests.Select(static request => string.Join(' ', request.Texts)).ShouldBe(["a b", "c"]);
        first.Select(static embedding => embedding.Vector.ToArray()).ShouldBe([VectorOf("a"), VectorOf("b"), VectorOf("a")]);
        second.Select(static embedding => embedding.Vector.ToArray()).ShouldBe([VectorOf("b"), VectorOf("a"), VectorOf("c")]);
        second.ShouldAllBe(static embedding => embedding.ModelId == StrictGenerator.Model);
        (first.Usage!.TotalTokenCount + second.Usage!.TotalTokenCount).ShouldBe(_provider.TokensUsed);
        (await Ask(generator, "a")).Usage.ShouldBeNull("nothing was used");
        generator.Counts.ShouldBe(new EmbeddingCacheCounts(Hits: 3, Shared: 1, Misses: 3, Corrupt: 0, Failures: 0));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_found_is_not_lost_with_what_is_refused(bool inMemory)
    {
        using (var before = Make(inMemory: false, isShared: true))
        {
            await Ask(before, "a", "c");
        }

        _provider.Refuse = static _ => throw StrictGenerator.BadRequest("refused");
        using var generator = Make(inMemory, isShared: true);

        var some = await Should.ThrowAsync<EmbeddingFailuresException>(() => Ask(generator, "a", "b", "c", "d"));

        some.Embeddings.Select(static embedding => embedding?.Vector.ToArray()).ShouldBe([VectorOf("a"), null, VectorOf("c"), null]);
        some.Failures.Keys.ShouldBe([1, 3], ignoreOrder: true);
        some.Failures.Values.ShouldAllBe(static failure => failure is HttpRequestException);
    }

    [Fact]
    public async Task Twenty_thousand_texts_are_asked_for_once_and_then_never()
    {
        using var generator = Make(inMemory: true, isShared: false, new BatchingEmbeddingGenerator(_provider, new EmbeddingBatchOptions { MaxDelay = TimeSpan.FromMilliseconds(1) }));
        var texts = Enumerable.Range(0, 20_000).Select(static i => $"text {i}").ToArray();

        var first = await Ask(generator, texts).WithPatienceAsync();
        var requests = _provider.Requests.Count;
        var second = await Ask(generator, texts).WithPatienceAsync();

        requests.ShouldBeLessThanOrEqualTo(12);
        _provider.Requests.Count.ShouldBe(requests);
        second.Select(static embedding => embedding.Vector.ToArray()).ShouldBe(first.Select(static embedding => embedding.Vector.ToArray()));
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_hundred_who_miss_the_same_at_once_ask_once(bool inMemory, bool isShared)
    {
        _provider.Gate = new();
        using var generator = Make(inMemory, isShared);

        var calls = Enumerable.Range(0, 100).Select(_ => Task.Run(() => Ask(generator, "same"))).ToArray();
        await Eventually.TrueAsync(() => generator.Counts is { Shared: 99, Misses: 1 });
        _provider.Gate.SetResult();
        var all = await Task.WhenAll(calls).WithinDeadlineAsync();

        _provider.Requests.Count.ShouldBe(1);
        all.Select(static call => call[0].Vector.ToArray()).ShouldAllBe(static vector => vector.SequenceEqual(VectorOf("same")));
        all.Sum(static call => call.Usage?.TotalTokenCount ?? 0).ShouldBe(_provider.TokensUsed);
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task However_those_who_miss_the_same_follow_on_each_other_it_is_asked_for_once(bool inMemory, bool isShared)
    {
        _shared.Mood = static async (_, _) => await Task.Yield();
        using var generator = Make(inMemory, isShared);
        for (var round = 0; round < 50; round++)
        {
            var text = $"text {round}";
            var all = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => Task.Run(async () =>
            {
                // Some come while it is looked up, some while it is made, some while it is kept, some after that.
                for (var late = i % 12; late > 0; late--)
                {
                    await Task.Yield();
                }

                return await Ask(generator, text);
            }))).WithPatienceAsync();

            _provider.Requests.Count.ShouldBe(round + 1);
            all.ShouldAllBe(static call => call.Count == 1 && call[0].Vector.Length == 2);
        }

        (generator.Counts.Hits + generator.Counts.Shared + generator.Counts.Misses).ShouldBe(5_000);
        generator.Counts.Misses.ShouldBe(50);
    }

    [Fact]
    public async Task What_depends_on_something_else_is_something_else()
    {
        using var generator = Make(inMemory: true, isShared: true);
        EmbeddingGenerationOptions?[] variants =
        [
            null, new() { ModelId = "other" }, new() { Dimensions = 2 }, new() { Dimensions = 2, ModelId = "other" },
            new() { AdditionalProperties = new() { ["input_type"] = "query" } }, new() { AdditionalProperties = new() { ["input_type"] = "document" } },
            new() { AdditionalProperties = new() { ["input"] = "_typequery" } }, new() { AdditionalProperties = new() { ["truncate"] = true } }, new() { AdditionalProperties = new() { ["truncate"] = "True" } },
        ];

        for (var round = 0; round < 2; round++)
        {
            foreach (var variant in variants)
            {
                await generator.GenerateAsync(["a"], variant, TestContext.Current.CancellationToken);
            }
        }

        _provider.Requests.Count.ShouldBe(variants.Length);
        _shared.Entries.Count.ShouldBe(variants.Length);
    }

    [Fact]
    public async Task A_default_that_is_named_is_the_default()
    {
        using var generator = Make(inMemory: true, isShared: false);

        await Ask(generator, "a");
        await generator.GenerateAsync(["a"], new EmbeddingGenerationOptions { ModelId = StrictGenerator.Model }, TestContext.Current.CancellationToken);

        _provider.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Options_that_cannot_be_compared_go_past_the_cache()
    {
        using var generator = Make(inMemory: true, isShared: true);
        EmbeddingGenerationOptions[] options = [new() { RawRepresentationFactory = static _ => null }, new() { AdditionalProperties = new() { ["x"] = new object() } }];

        foreach (var each in options.Concat(options))
        {
            await generator.GenerateAsync(["a"], each, TestContext.Current.CancellationToken);
        }

        _provider.Requests.Count.ShouldBe(4);
        _shared.Entries.ShouldBeEmpty();
    }

    [Fact]
    public async Task An_embedding_ends_with_its_lifetime_wherever_it_is()
    {
        using var generator = Make(inMemory: false, isShared: true);

        await Ask(generator, "a");
        _time.Advance(TimeSpan.FromHours(24) - TimeSpan.FromTicks(1));
        await Ask(generator, "a");
        _provider.Requests.Count.ShouldBe(1);
        _time.Advance(TimeSpan.FromTicks(1));
        await Ask(generator, "a");

        _provider.Requests.Count.ShouldBe(2);
        _shared.Options.ShouldAllBe(static options => options.AbsoluteExpirationRelativeToNow == TimeSpan.FromHours(24));
    }

    [Fact]
    public async Task Whoever_leaves_does_not_take_it_from_the_others_and_the_last_one_does()
    {
        _provider.Gate = new();
        using var generator = Make(inMemory: true, isShared: false);
        using var first = new CancellationTokenSource();
        using var second = new CancellationTokenSource();

        var (left, stays) = (generator.GenerateAsync(["a"], null, first.Token), generator.GenerateAsync(["a", "b"], null, second.Token));
        await Eventually.TrueAsync(() => _provider.Requests.Count == 2);
        await first.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(left);
        _provider.Requests.ShouldAllBe(static request => !request.Token.IsCancellationRequested);
        await second.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(stays);

        await Eventually.TrueAsync(() => _provider.Requests.All(static request => request.Token.IsCancellationRequested));
        _provider.Gate.SetResult();
        _provider.Gate = null;
        (await Ask(generator, "a").WithinDeadlineAsync())[0].Vector.ToArray().ShouldBe(VectorOf("a"));
    }

    [Fact]
    public async Task Of_a_call_of_which_some_fail_the_others_are_kept()
    {
        _provider.Refuse = static texts =>
        {
            if (texts.Contains("bad"))
            {
                throw StrictGenerator.BadRequest("bad");
            }
        };
        using var generator = Make(inMemory: true, isShared: false, new BatchingEmbeddingGenerator(_provider, new EmbeddingBatchOptions { MaxDelay = TimeSpan.Zero }));

        var failures = await Should.ThrowAsync<EmbeddingFailuresException>(Ask(generator, "a", "bad", "", "b").WithinDeadlineAsync());
        var requests = _provider.Requests.Count;
        var kept = await Ask(generator, "b", "a").WithinDeadlineAsync();

        failures.Failures.Keys.Order().ShouldBe([1, 2]);
        failures.Failures[1].ShouldBeOfType<HttpRequestException>();
        failures.Failures[2].Message.ShouldStartWith("values[2]: '' → a text");
        failures.Embeddings[3].ShouldNotBeNull().Vector.ToArray().ShouldBe(VectorOf("b"));
        kept.Count.ShouldBe(2);
        _provider.Requests.Count.ShouldBe(requests);
    }

    [Fact]
    public async Task What_failed_is_asked_for_again()
    {
        _provider.Refuse = static _ => throw new TimeoutException("no");
        using var generator = Make(inMemory: true, isShared: true);

        await Should.ThrowAsync<TimeoutException>(Ask(generator, "a", "b"));
        _provider.Refuse = static _ => { };

        (await Ask(generator, "a", "b")).Count.ShouldBe(2);
    }

    [Fact]
    public async Task No_more_is_kept_in_memory_than_may_be_and_the_oldest_makes_room()
    {
        using var generator = Make(inMemory: true, isShared: false, options: new EmbeddingCacheOptions { MaxMemoryBytes = 10 * 208 });

        for (var i = 0; i < 50; i++)
        {
            await Ask(generator, $"{i}");
            _memory.Count.ShouldBeLessThanOrEqualTo(10);
        }

        await Ask(generator, [.. Enumerable.Range(40, 10).Select(static i => $"{i}")]);
        _provider.Requests.Count.ShouldBe(50);
        await Ask(generator, "39");
        _provider.Requests.Count.ShouldBe(51);
    }

    [Fact]
    public async Task A_memory_cache_with_a_limit_of_its_own_is_told_the_bytes()
    {
        using var small = new MemoryCache(new MemoryCacheOptions { SizeLimit = 3 * 208, CompactionPercentage = 0.5 });
        using var generator = new CachingEmbeddingGenerator(_provider, small, distributed: null);

        for (var i = 0; i < 20; i++)
        {
            await Ask(generator, $"{i}");
            small.Count.ShouldBeLessThanOrEqualTo(3);
        }
    }

    [Fact]
    public async Task Without_a_models_name_nothing_is_mixed_and_the_call_says_what_is_missing()
    {
        using var nameless = new CachingEmbeddingGenerator(new Nameless(_provider), _memory, distributed: null);
        using var named = new CachingEmbeddingGenerator(new Nameless(_provider), _memory, distributed: null, new EmbeddingCacheOptions { Model = "m" });

        Should.Throw<InvalidOperationException>(() => { _ = Ask(nameless, "a"); }).Message.ShouldContain("EmbeddingCacheOptions.Model");
        (await nameless.GenerateAsync(["a"], new EmbeddingGenerationOptions { ModelId = "m" }, TestContext.Current.CancellationToken)).Count.ShouldBe(1);
        (await Ask(named, "a")).Count.ShouldBe(1);
        _provider.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public void What_is_wrong_in_options_is_said_at_once()
    {
        Should.Throw<OptionsValidationException>(() => Make(inMemory: true, isShared: false, options: new EmbeddingCacheOptions
        {
            Lifetime = TimeSpan.Zero,
            MaxMemoryBytes = -1,
            KeyPrefix = "",
            Model = "",
            DistributedTimeout = TimeSpan.FromDays(1),
        })).Failures.ShouldBe(
        [
            "Lifetime: '00:00:00' → a duration from 1 s to 366 days.",
            "DistributedTimeout: '1.00:00:00' → a duration from 1 ms to 1 h.",
            "MaxMemoryBytes: -1 → a number of bytes from 1_024 to 10^12.",
            "KeyPrefix: '' → 1 to 64 characters.",
            "Model: '' → the name of a model, or null.",
        ]);
        Should.Throw<ArgumentException>(() => Make(inMemory: false, isShared: false)).Message.ShouldStartWith("A cache needs a place");
    }

    private static float[] VectorOf(string text) => StrictGenerator.VectorOf(text);

    private static Task<GeneratedEmbeddings<Embedding<float>>> Ask(CachingEmbeddingGenerator generator, params string[] texts) => generator.GenerateAsync(texts);

    private CachingEmbeddingGenerator Make(bool inMemory, bool isShared, IEmbeddingGenerator<string, Embedding<float>>? inner = null, EmbeddingCacheOptions? options = null) =>
        new(inner ?? _provider, inMemory ? _memory : null, isShared ? _shared : null, options, _time);

    private sealed class Nameless(IEmbeddingGenerator<string, Embedding<float>> inner) : DelegatingEmbeddingGenerator<string, Embedding<float>>(inner)
    {
        public override object? GetService(Type serviceType, object? serviceKey = null) => null;
    }
}
