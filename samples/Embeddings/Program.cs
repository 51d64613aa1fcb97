using System.ClientModel;
using System.ClientModel.Primitives;
using Embeddings;
using Embeddings.Display;
using Embeddings.Upstream;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenAI;
using OpenAI.Embeddings;
using RateLimited.Http.AI;
using RateLimited.Http.AI.Embeddings;
using RateLimited.Http.Testing.Limits;

// The provider, on this machine: four requests and 100 000 tokens a second, refilled continuously, and not one more.
await using var upstream = await EmbeddingsUpstream.StartAsync(
    [
        UpstreamLimit.TokenBucket(4, TimeSpan.FromSeconds(1)),
        UpstreamLimit.TokenBucket(100_000, TimeSpan.FromSeconds(1), unit: "tokens"),
    ],
    work: TimeSpan.FromMilliseconds(150),
    TimeProvider.System);

var builder = Host.CreateApplicationBuilder(new HostApplicationBuilderSettings { Args = args, ContentRootPath = AppContext.BaseDirectory });

// Its limits are in appsettings.json, at RateLimiting:Services:openai.
builder.Services.AddHttpClient("openai", static client => client.Timeout = Timeout.InfiniteTimeSpan).AddServiceRateLimiting();
builder.Services.AddMemoryCache();

// The official client over the limited HttpClient; texts of concurrent calls go together, and what was made once is not made again.
builder.Services.AddSingleton(services => new EmbeddingClient("text-embedding-3-small", new ApiKeyCredential("sk-of-this-sample"), new OpenAIClientOptions
{
    Endpoint = upstream.Address,
    Transport = new HttpClientPipelineTransport(services.GetRequiredService<IHttpClientFactory>().CreateClient("openai")),
    RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
    NetworkTimeout = TimeSpan.FromMinutes(5),
}));
builder.Services.AddSingleton(static services => services.GetRequiredService<EmbeddingClient>()
    .AsIEmbeddingGenerator()
    .WithBatching(new EmbeddingBatchOptions { MaxDelay = TimeSpan.FromSeconds(1), TokenUnit = "tokens" })
    .WithCache(services.GetRequiredService<IMemoryCache>()));

using var host = builder.Build();
await host.StartAsync();

var run = new Run(host.Services, upstream, Texts.Make(20_000), TimeProvider.System);
await ProgressDisplay.Create().ShowAsync("from the provider", run);
await ProgressDisplay.Create().ShowAsync("from the cache", run);
return 0;
