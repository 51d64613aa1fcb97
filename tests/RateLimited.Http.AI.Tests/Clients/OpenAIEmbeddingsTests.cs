using System.ClientModel;
using System.ClientModel.Primitives;
using Embeddings.Upstream;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;
using OpenAI.Embeddings;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.AI.Fallback;
using RateLimited.Http.AI.Tests.Embeddings;
using RateLimited.Http.Configuration;
using RateLimited.Http.Testing.Limits;
using RateLimited.Http.Tests.Pipeline;
using EmbeddingGenerationOptions = Microsoft.Extensions.AI.EmbeddingGenerationOptions;

namespace RateLimited.Http.AI.Tests.Clients;

/// <summary>OpenAI's official client, over a limited HttpClient, against an upstream of its provider's shape that holds to its bounds and limits.</summary>
public sealed class OpenAIEmbeddingsTests : IAsyncDisposable
{
    private const int Dimensions = 8;

    private readonly List<IAsyncDisposable> _owned = [];

    public async ValueTask DisposeAsync()
    {
        foreach (var owned in Enumerable.Reverse(_owned))
        {
            await owned.DisposeAsync();
        }
    }

    [Fact]
    public async Task Twenty_thousand_texts_are_ten_requests_and_then_none_and_no_429()
    {
        // Both limits refill continuously; the client's are a little tighter, and tell the cold start of this process from the upstream's clock.
        var upstream = await StartAsync(UpstreamLimit.TokenBucket(50, TimeSpan.FromSeconds(1)), UpstreamLimit.TokenBucket(400_000, TimeSpan.FromSeconds(1), unit: "tokens"));
        using var memory = new MemoryCache(new MemoryCacheOptions());
        using var generator = Connect(upstream, "10/second token-bucket", "200000 tokens/second token-bucket")
            .WithBatching(new EmbeddingBatchOptions { MaxDelay = TimeSpan.FromSeconds(2), TokenUnit = "tokens" })
            .WithCache(memory);
        var texts = Enumerable.Range(0, 20_000).Select(static i => $"a short text, number {i}").ToArray();

        foreach (var _ in Enumerable.Range(0, 2))
        {
            var all = await Task.WhenAll(texts.Chunk(100).Select(some => Task.Run(() => EmbedAsync(generator, some)))).WithPatienceAsync();
            all.SelectMany(static call => call).Select(static embedding => embedding.Vector.ToArray()).Zip(texts).ShouldAllBe(static each => each.First.SequenceEqual(EmbeddingsAnswer.VectorOf(each.Second, Dimensions)));
        }

        upstream.Counts.Refused.ShouldBe(0);
        upstream.Counts.Calls.ShouldBeLessThanOrEqualTo(12);
        upstream.Counts.Texts.ShouldBe(20_000);
        generator.Counts.Hits.ShouldBe(20_000);
    }

    [Fact]
    public async Task A_text_that_the_provider_refuses_fails_alone_with_the_clients_own_exception()
    {
        var upstream = await StartAsync();
        using var generator = Connect(upstream, "1000/second").WithBatching(new EmbeddingBatchOptions { TokenCounter = new OneForAll(), MaxDelay = TimeSpan.FromMilliseconds(1) });

        var failures = await Should.ThrowAsync<EmbeddingFailuresException>(EmbedAsync(generator, ["good", new string('x', 40_000), "fine"]).WithinDeadlineAsync());

        failures.Failures.ShouldHaveSingleItem().Value.ShouldBeOfType<ClientResultException>().Status.ShouldBe(400);
        failures.Embeddings[0].ShouldNotBeNull().Vector.ToArray().ShouldBe(EmbeddingsAnswer.VectorOf("good", Dimensions));
        failures.Embeddings[2].ShouldNotBeNull();
        failures.Usage!.TotalTokenCount.ShouldBe(2);
    }

    [Fact]
    public async Task A_refusal_of_ours_inside_the_clients_exception_is_a_reason_to_ask_another()
    {
        var upstream = await StartAsync();
        var other = new StrictGenerator();
        using var generator = Connect(upstream, "1/hour").WithFallback(new EmbeddingFallback("other", other));

        await EmbedAsync(generator, ["a"]);
        await EmbedAsync(generator, ["b"]);

        upstream.Counts.Calls.ShouldBe(1);
        other.Requests.ShouldHaveSingleItem().Texts.ShouldBe(["b"]);
    }

    [Fact]
    public async Task The_providers_429_inside_the_clients_exception_is_a_reason_to_ask_another()
    {
        var upstream = await StartAsync(UpstreamLimit.SlidingLog(1, TimeSpan.FromDays(1)) with { IsHidden = true });
        var other = new StrictGenerator();
        using var generator = Connect(upstream, "1000/second").WithFallback(new EmbeddingFallback("other", other));

        await EmbedAsync(generator, ["a"]);
        await EmbedAsync(generator, ["b"]);

        other.Requests.ShouldHaveSingleItem().Texts.ShouldBe(["b"]);
    }

    private static Task<GeneratedEmbeddings<Embedding<float>>> EmbedAsync(IEmbeddingGenerator<string, Embedding<float>> generator, string[] texts) =>
        generator.GenerateAsync(texts, new EmbeddingGenerationOptions { Dimensions = Dimensions });

    private async Task<EmbeddingsUpstream> StartAsync(params UpstreamLimit[] limits)
    {
        var upstream = await EmbeddingsUpstream.StartAsync(limits, work: TimeSpan.FromMilliseconds(1), TimeProvider.System);
        _owned.Add(upstream);
        return upstream;
    }

    private IEmbeddingGenerator<string, Embedding<float>> Connect(EmbeddingsUpstream upstream, params string[] limits)
    {
        var services = new ServiceCollection();
        services.AddHttpClient("openai").AddServiceRateLimiting(options =>
        {
            foreach (var limit in limits)
            {
                options.Limit(limit);
            }

            options.Queue.Timeout = TimeSpan.FromMinutes(1);
            options.Resilience.Retry.MaxRetries = 0;
        });
        var provider = services.BuildServiceProvider();
        _owned.Add(provider);
        return new EmbeddingClient("text-embedding-3-small", new ApiKeyCredential("sk-of-a-test"), new OpenAIClientOptions
        {
            Endpoint = upstream.Address,
            Transport = new HttpClientPipelineTransport(provider.GetRequiredService<IHttpClientFactory>().CreateClient("openai")),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        }).AsIEmbeddingGenerator();
    }

    private sealed class OneForAll : ITokenCounter
    {
        public bool TryCount(string model, ReadOnlySpan<char> text, out int tokens)
        {
            tokens = 1;
            return true;
        }
    }
}
