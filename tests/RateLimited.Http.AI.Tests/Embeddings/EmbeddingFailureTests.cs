using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using RateLimited.Http.AI.Batching;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.Tests.Pipeline;

namespace RateLimited.Http.AI.Tests.Embeddings;

/// <summary>Texts that have no embedding, and those beside them that have.</summary>
public sealed class EmbeddingFailureTests
{
    [Fact]
    public async Task A_text_that_the_provider_refuses_fails_alone()
    {
        var provider = new StrictGenerator { Refuse = static texts => ThrowIf(texts.Contains("bad"), StrictGenerator.BadRequest("bad")) };
        using var bed = new GeneratorBed(provider);

        var others = Enumerable.Range(0, 30).Select(i => bed.Ask($"a{i}", $"b{i}")).ToArray();
        var bad = bed.Ask("bad");
        var some = bed.Ask("good", "bad", "fine");

        (await bed.EndAsync(Task.WhenAll(others))).ShouldAllBe(static call => call.Count == 2);
        (await Should.ThrowAsync<HttpRequestException>(bed.EndAsync(bad))).Message.ShouldBe("bad");
        var failures = await Should.ThrowAsync<EmbeddingFailuresException>(bed.EndAsync(some));
        failures.Failures.ShouldHaveSingleItem().Key.ShouldBe(1);
        failures.Failures[1].ShouldBeOfType<HttpRequestException>();
        failures.Embeddings[0].ShouldNotBeNull().Vector.ToArray().ShouldBe(StrictGenerator.VectorOf("good"));
        failures.Embeddings[1].ShouldBeNull();
        failures.Embeddings[2].ShouldNotBeNull();
        failures.Message.ShouldStartWith("1 of 3 texts have no embedding, the first of them at 1.");
        failures.InnerExceptions.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task Only_the_request_that_failed_is_sent_again()
    {
        var failed = 0;
        var provider = new StrictGenerator
        {
            MaxTexts = 10,
            Refuse = texts => ThrowIf(texts.Contains("15") && Interlocked.Increment(ref failed) == 1, new HttpRequestException("reset", inner: null, System.Net.HttpStatusCode.BadGateway)),
        };
        using var bed = new GeneratorBed(provider, new EmbeddingBatchOptions { MaxTexts = 10, RepeatDelay = TimeSpan.Zero });

        var embeddings = await bed.EndAsync(bed.Ask([.. Enumerable.Range(0, 30).Select(static i => $"{i}")]));

        embeddings.Count.ShouldBe(30);
        provider.Requests.Count.ShouldBe(4);
        provider.Requests.SelectMany(static request => request.Texts).GroupBy(static text => text).Where(static group => group.Count() > 1).Select(static group => group.Key).Order()
            .ShouldBe(Enumerable.Range(10, 10).Select(static i => $"{i}"));
    }

    [Theory]
    [InlineData(typeof(RateLimitRejectedException), 1)]
    [InlineData(typeof(CircuitOpenException), 1)]
    [InlineData(typeof(NotSupportedException), 1)]
    [InlineData(typeof(TimeoutException), 3)]
    [InlineData(typeof(HttpRequestException), 3)]
    public async Task What_may_pass_is_repeated_and_a_refusal_of_ours_is_not(Type kind, int requests)
    {
        Exception failure = kind == typeof(RateLimitRejectedException) ? new RateLimitRejectedException("s", RejectionReason.Timeout, null, null)
            : kind == typeof(CircuitOpenException) ? new CircuitOpenException("s", CircuitState.Open, null)
            : (Exception)Activator.CreateInstance(kind, "no")!;
        var provider = new StrictGenerator { Refuse = _ => throw failure };
        using var bed = new GeneratorBed(provider, new EmbeddingBatchOptions { MaxRepeats = 2, RepeatDelay = TimeSpan.Zero, MaxDelay = TimeSpan.Zero });

        (await Should.ThrowAsync<Exception>(bed.EndAsync(bed.Ask("x", "y")))).ShouldBeSameAs(failure);

        provider.Requests.Count.ShouldBe(requests);
    }

    [Theory]
    [InlineData(null, "values[1]: null → a text.")]
    [InlineData("", "values[1]: '' → a text of at least one character.")]
    public async Task A_text_that_is_none_is_said_by_its_position_and_the_others_have_embeddings(string? text, string says)
    {
        var provider = new StrictGenerator();
        using var bed = new GeneratorBed(provider);

        var failures = await Should.ThrowAsync<EmbeddingFailuresException>(bed.EndAsync(bed.Ask("a", text!, "b")));

        failures.Failures.ShouldHaveSingleItem().Value.ShouldBeOfType<ArgumentException>().Message.ShouldStartWith(says);
        failures.Embeddings.Count(static embedding => embedding is not null).ShouldBe(2);
        (await Should.ThrowAsync<ArgumentException>(bed.Ask(text!))).Message.ShouldStartWith(says.Replace('1', '0'));
        provider.Requests.ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_text_that_is_too_long_fails_unsent_with_its_length()
    {
        var provider = new StrictGenerator();
        using var bed = new GeneratorBed(provider);

        var failures = await Should.ThrowAsync<EmbeddingFailuresException>(bed.EndAsync(bed.Ask(new string('x', 30_000), "b")));

        failures.Failures[0].Message.ShouldStartWith("values[0]: about 10000 tokens → at most 8192 (MaxTokensPerText); divide the text.");
        provider.Requests.ShouldHaveSingleItem().Texts.ShouldBe(["b"]);
    }

    [Fact]
    public async Task A_provider_that_answers_with_another_number_of_embeddings_fails_with_both_numbers()
    {
        using var generator = new BatchingEmbeddingGenerator(new ShortGenerator());

        (await Should.ThrowAsync<InvalidOperationException>(generator.GenerateAsync(["a", "b", "c"], options: null, TestContext.Current.CancellationToken).WithinDeadlineAsync())).Message.ShouldContain("returned 1 results for 3 items");
    }

    [Fact]
    public async Task A_failure_that_many_callers_share_says_of_each_where_it_came_from_and_not_the_ways_of_all()
    {
        using var memory = new MemoryCache(new MemoryCacheOptions());
        var provider = new StrictGenerator { Gate = new(), Refuse = static _ => throw new NotSupportedException("no") };
        using var generator = provider.WithBatching(new EmbeddingBatchOptions { MaxDelay = TimeSpan.FromMilliseconds(1) }).WithCache(memory);
        var calls = Enumerable.Range(0, 300).Select(i => Task.Run(() => generator.GenerateAsync([$"{i}", "same"]))).ToArray();
        await Eventually.TrueAsync(() => provider.Requests.Count > 0);
        provider.Gate.SetResult();

        await Should.ThrowAsync<Exception>(Task.WhenAll(calls).WithinDeadlineAsync());

        foreach (var call in calls)
        {
            call.Exception!.InnerException!.ToString().Length.ShouldBeLessThan(50_000);
        }
    }

    [Fact]
    public void All_faults_of_options_are_said_at_once()
    {
        var faults = Should.Throw<OptionsValidationException>(static () => new BatchingEmbeddingGenerator(
            new StrictGenerator(),
            new EmbeddingBatchOptions { MaxTexts = 0, MaxTokens = -1, MaxTokensPerText = 0, MaxConcurrentCalls = 0, QueueLength = 0, MaxRepeats = -1, MaxDelay = TimeSpan.FromDays(1), RepeatDelay = TimeSpan.FromSeconds(-1), Overflow = (BatchOverflow)7, TokenUnit = " " }));

        faults.Failures.Count().ShouldBe(10);
        faults.Failures.First().ShouldBe("MaxTexts: 0 → a whole number from 1 to 1_000_000.");
    }

    private static void ThrowIf(bool condition, Exception failure)
    {
        if (condition)
        {
            throw failure;
        }
    }

    private sealed class ShortGenerator : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>([new Embedding<float>(new float[1])]));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
