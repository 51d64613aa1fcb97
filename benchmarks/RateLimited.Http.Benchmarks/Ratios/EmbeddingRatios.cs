using System.ClientModel;
using System.ClientModel.Primitives;
using System.Globalization;
using System.Net;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Distributed;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Options;
using OpenAI;
using OpenAI.Embeddings;
using RateLimited.Http.AI.Caching;
using RateLimited.Http.Benchmarks.Measuring;

namespace RateLimited.Http.Benchmarks.Ratios;

/// <summary>
/// An embedding from the cache beside one that is asked for, through the same generator, by OpenAI's client, from an upstream in this process that answers at once: what a network and a model would add comes on top.
/// </summary>
internal static class EmbeddingRatios
{
    private const int Dimensions = 1_536;

    public static IEnumerable<Figure> All =>
    [
        new("embedding-hit-in-memory", Target.AtMost(1.0 / 20), static name => Hit(name, new MemoryCache(new MemoryCacheOptions()), distributed: null)),
        new("embedding-hit-in-distributed", Target.None, static name => Hit(name, memory: null, new MemoryDistributedCache(Options.Create(new MemoryDistributedCacheOptions())))),
    ];

    private static Ratio Hit(string name, MemoryCache? memory, MemoryDistributedCache? distributed)
    {
        using var upstream = Upstream();
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

    private static IEmbeddingGenerator<string, Embedding<float>> Upstream() => new EmbeddingClient("text-embedding-3-small", new ApiKeyCredential("sk-of-a-benchmark"), new OpenAIClientOptions
    {
        Transport = new HttpClientPipelineTransport(new HttpClient(new AnsweringHandler())),
        RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
    }).AsIEmbeddingGenerator();

    /// <summary>One embedding, the same each time.</summary>
    private sealed class AnsweringHandler : HttpMessageHandler
    {
        private static readonly byte[] Answer = Encoding.UTF8.GetBytes(
            """{"object":"list","data":[{"object":"embedding","index":0,"embedding":"VECTOR"}],"model":"text-embedding-3-small","usage":{"prompt_tokens":9,"total_tokens":9}}"""
                .Replace("VECTOR", Convert.ToBase64String(new byte[Dimensions * sizeof(float)]), StringComparison.Ordinal));

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => Task.FromResult(new HttpResponseMessage(HttpStatusCode.OK)
        {
            RequestMessage = request,
            Content = new ByteArrayContent(Answer) { Headers = { { "Content-Type", "application/json" } } },
        });
    }
}
