using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.ML.Tokenizers;
using OpenAI;
using OpenAI.Embeddings;
using RateLimited.Http.AI.Batching;
using RateLimited.Http.AI.Fallback;
using RateLimited.Http.AI.Models;

namespace RateLimited.Http.AI.Tests.Documentation;

/// <summary>The code of docs/ai.md, for the compiler to read: each region stands there as it stands here.</summary>
internal static class Snippets
{
    public static async Task BatchAsync(IGeocoder geocoder, Address[] addresses, Address address, CancellationToken token)
    {
        #region batcher
        await using var batcher = new Batcher<Address, Location>(
            async (addresses, token) => [.. await geocoder.LookUpAsync(addresses, token)],
            new BatcherOptions<Address> { MaxItems = 100, MaxDelay = TimeSpan.FromMilliseconds(20) });

        var location = await batcher.RunAsync(address, token);                 // one of many callers
        var all = await batcher.RunAllAsync(addresses, token);                 // values and failures, in order
        #endregion
        GC.KeepAlive((location, all));
    }

    public static void Embed(IServiceCollection services, string key)
    {
        #region embeddings
        services.AddHttpClient("openai", client => client.Timeout = Timeout.InfiniteTimeSpan).AddServiceRateLimiting();
        services.AddSingleton(provider => new EmbeddingClient("text-embedding-3-small", new ApiKeyCredential(key), new OpenAIClientOptions
        {
            Transport = new HttpClientPipelineTransport(provider.GetRequiredService<IHttpClientFactory>().CreateClient("openai")),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        }));
        services.AddSingleton(provider => provider.GetRequiredService<EmbeddingClient>()
            .AsIEmbeddingGenerator()
            .WithBatching()
            .WithCache(provider.GetRequiredService<IMemoryCache>()));
        #endregion
    }

    public static void FallBack(IChatClient openai, IChatClient ollama, IEmbeddingGenerator<string, Embedding<float>> embedder, IEmbeddingGenerator<string, Embedding<float>> azure)
    {
        #region fallback
        var chat = openai.WithFallback(new ChatFallback("gpt-4o-mini"), new ChatFallback("local", ollama, model: "llama3.2"));
        var embeddings = embedder.WithFallback(new EmbeddingFallback("azure", azure));
        #endregion
        GC.KeepAlive((chat, embeddings));
    }

    public static void Choose(IChatClient openai, IServiceRateLimiter limiter)
    {
        #region choice
        var chat = openai.WithModelChoice(new ModelChoiceOptions
        {
            BudgetUsed = ModelBudget.Of(limiter),                              // of limits such as "20 usd/day"
            Rules = { new ModelRule("gpt-4o") { UpToTokens = 20_000, UpToBudget = 0.8 }, new ModelRule("gpt-4o-mini") },
        });
        #endregion
        GC.KeepAlive(chat);
    }

    #region tokenizer
    public sealed class TiktokenCounter : ITokenCounter
    {
        private static readonly Lazy<Tokenizer> O200k = new(static () => TiktokenTokenizer.CreateForEncoding("o200k_base"));
        private static readonly Lazy<Tokenizer> Cl100k = new(static () => TiktokenTokenizer.CreateForEncoding("cl100k_base"));

        public bool TryCount(string model, ReadOnlySpan<char> text, out int tokens)
        {
            var tokenizer = model.StartsWith("gpt-4o", StringComparison.Ordinal) ? O200k
                : model.StartsWith("text-embedding-3-", StringComparison.Ordinal) ? Cl100k
                : null;
            tokens = tokenizer?.Value.CountTokens(text) ?? 0;
            return tokenizer is not null;                                          // of other models tokens are estimated
        }
    }
    #endregion

    public static void Count(IServiceCollection services)
    {
        #region counter
        services.AddSingleton<ITokenCounter, TiktokenCounter>();
        services.AddHttpClient("openai").AddServiceRateLimiting().AddTokenCosts();
        #endregion
    }

    public static void Configure(IServiceProvider services, IEmbeddingGenerator<string, Embedding<float>> embedder, IChatClient openai)
    {
        #region configured
        var embeddings = embedder.WithBatching(services, "openai");
        var chat = openai.WithFallback(services, "openai").WithModelChoice(services, "openai");
        #endregion
        GC.KeepAlive((embeddings, chat));
    }

    internal interface IGeocoder
    {
        Task<IReadOnlyList<Location>> LookUpAsync(IReadOnlyList<Address> addresses, CancellationToken cancellationToken);
    }

    internal sealed record Address;

    internal sealed record Location;
}
