using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using OpenAI;
using OpenAI.Embeddings;
using RateLimited.Http.AI.Caching;
using RateLimited.Http.Benchmarks.Measuring;
using RateLimited.Http.Benchmarks.Sides;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>
/// An embedding from the cache beside one that is asked for, through the same generator, by OpenAI's client: over HTTP from an upstream on this machine that answers at once, and from one in this process, which is no call at all.
/// What a network and a model would add comes on top.
/// </summary>
internal static class EmbeddingRatios
{
    public static IEnumerable<Figure> All =>
    [
        new("embedding-hit-in-memory", Target.AtMost(1.0 / 20), static name => BesideLoopback(name, InMemory(), distributed: null)),
        new("embedding-hit-in-distributed", Target.None, static name => BesideLoopback(name, memory: null, InDistributed())),
        new("embedding-hit-in-memory-without-http", Target.None, static name => Hit(name, InProcess(), InMemory(), distributed: null)),
        new("embedding-hit-in-distributed-without-http", Target.None, static name => Hit(name, InProcess(), memory: null, InDistributed())),
    ];

    private static MemoryCache InMemory() => new(new MemoryCacheOptions());

    private static MemoryDistributedCache InDistributed() => new(Options.Create(new MemoryDistributedCacheOptions()));

    private static Ratio BesideLoopback(string name, MemoryCache? memory, MemoryDistributedCache? distributed)
    {
        using var server = EmbeddingUpstream.Start();
        return Hit(name, Client(new HttpClient(), server.Address), memory, distributed);
    }

    private static Ratio Hit(string name, IEmbeddingGenerator<string, Embedding<float>> upstream, MemoryCache? memory, MemoryDistributedCache? distributed)
    {
        using var caching = new CachingEmbeddingGenerator(upstream, memory, distributed, new EmbeddingCacheOptions { MaxMemoryBytes = 1 << 20 });
        var asked = 0;
        try
        {
            return Duel.Run(name, count => Ask(caching, count, static () => "a text of a usual length, asked for again and again"), count => Ask(caching, count, Another));
        }
        finally
        {
            memory?.Dispose();
        }

        string Another() => string.Create(CultureInfo.InvariantCulture, $"a text of a usual length, asked for the first time {asked++}");
    }

    private static void Ask(CachingEmbeddingGenerator generator, int count, Func<string> text)
    {
        for (var i = 0; i < count; i++)
        {
            generator.GenerateAsync([text()]).GetAwaiter().GetResult();
        }
    }

    private static IEmbeddingGenerator<string, Embedding<float>> InProcess() => Client(new HttpClient(new AnsweringHandler()), new Uri("http://upstream.test/v1/"));

    private static IEmbeddingGenerator<string, Embedding<float>> Client(HttpClient http, Uri address) => new EmbeddingClient("text-embedding-3-small", new ApiKeyCredential("sk-of-a-benchmark"), new OpenAIClientOptions
    {
        Endpoint = address,
        Transport = new HttpClientPipelineTransport(http),
        RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
    }).AsIEmbeddingGenerator();

    /// <summary>One embedding, the same each time.</summary>
    private sealed class AnsweringHandler : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(EmbeddingUpstream.Body) { Headers = { { "Content-Type", "application/json" } } },
        });
    }
}
