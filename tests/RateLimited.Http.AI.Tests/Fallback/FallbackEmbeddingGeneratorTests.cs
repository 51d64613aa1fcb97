using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Memory;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.AI.Fallback;
using RateLimited.Http.AI.Tests.Embeddings;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.AI.Tests.Fallback;

public sealed class FallbackEmbeddingGeneratorTests
{
    private static readonly RateLimitRejectedException Refusal = new("s", RejectionReason.Timeout, limit: null, retryAfter: null);
    private static readonly EmbeddingBatchOptions Quick = new() { MaxDelay = TimeSpan.Zero };

    private readonly StrictGenerator _first = new();
    private readonly StrictGenerator _other = new();

    [Fact]
    public async Task Another_embeds_when_the_first_is_limited_and_says_so()
    {
        _first.Refuse = static _ => throw Refusal;
        using var generator = _first.WithFallback(new EmbeddingFallback("small"), new EmbeddingFallback("here", _other, "local"));

        var embeddings = await generator.GenerateAsync(["a", "b"], new EmbeddingGenerationOptions { ModelId = "large", Dimensions = 2 }, TestContext.Current.CancellationToken);

        _first.Requests.Select(static request => request.ModelId).ShouldBe(["large", "small"]);
        _other.Requests.ShouldHaveSingleItem().ShouldSatisfyAllConditions(static request => request.ModelId.ShouldBe("local"), static request => request.Dimensions.ShouldBe(2));
        embeddings.ShouldAllBe(static embedding => embedding.ModelId == "local" && (string)embedding.AdditionalProperties!["RateLimited.Http.Fallback"]! == "here");
    }

    [Fact]
    public async Task A_failure_in_a_batch_goes_on_too_and_what_is_found_elsewhere_is_not_kept_as_the_firsts()
    {
        _first.Refuse = static _ => throw Refusal;
        using var memory = new MemoryCache(new MemoryCacheOptions());
        using var generator = _first.WithBatching(Quick).WithFallback(new EmbeddingFallback("here", _other)).WithCache(memory);

        await generator.GenerateAsync(["a"], options: null, TestContext.Current.CancellationToken).WithinDeadlineAsync();
        _first.Refuse = static _ => { };
        var embedding = (await generator.GenerateAsync(["a"], options: null, TestContext.Current.CancellationToken).WithinDeadlineAsync())[0];

        embedding.AdditionalProperties.ShouldBeNull();
        _first.Requests.Count.ShouldBe(2);
        _other.Requests.Count.ShouldBe(1);
        memory.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Two_that_stand_in_for_each_other_end_through_batches_too()
    {
        _first.Refuse = _other.Refuse = static _ => throw Refusal;
        var late = new Late(_other);
        using var one = _first.WithFallback(new EmbeddingFallback("other", late.WithBatching(Quick)));
        late.Generator = _other.WithFallback(new EmbeddingFallback("one", one.WithBatching(Quick)));

        await Should.ThrowAsync<RateLimitRejectedException>(one.GenerateAsync(["a"], options: null, TestContext.Current.CancellationToken).WithinDeadlineAsync());

        _first.Requests.Count.ShouldBe(1);
        _other.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public void A_fallback_needs_somewhere_to_go()
    {
        Should.Throw<ArgumentException>(() => new FallbackEmbeddingGenerator(_first, [])).Message.ShouldStartWith("A fallback needs somewhere to go");
        Should.Throw<ArgumentException>(static () => new EmbeddingFallback(""));
    }

    private sealed class Late(IEmbeddingGenerator<string, Embedding<float>> inner) : DelegatingEmbeddingGenerator<string, Embedding<float>>(inner)
    {
        public FallbackEmbeddingGenerator? Generator { get; set; }

        public override Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Generator!.GenerateAsync(values, options, cancellationToken);
    }
}
