using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;
using RateLimited.Http;
using RateLimited.Http.AI;
using Watched.Work;

namespace Watched;

/// <summary>A worker that calls three services under limits, and all that there is to watch it by: the dashboard, alerts, metrics for Prometheus, health checks.</summary>
internal static class WatchedApplication
{
    public static WebApplication Build(string[] args, Upstreams upstreams)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        var services = builder.Services;
        services.AddSingleton(TimeProvider.System);
        services.AddMemoryCache();

        // The limits are in appsettings.json, at RateLimiting:Services.
        services.AddHttpClient("openai", static client => client.Timeout = Timeout.InfiniteTimeSpan)
            .AddServiceRateLimiting()
            .AddApiKeys(pool =>
            {
                pool.Origin = upstreams.OpenAI.GetLeftPart(UriPartial.Authority);
                pool.Add("team-a", "sk-watched-0000000000000001");
                pool.Add("team-b", "sk-watched-0000000000000002");
            })
            .AddTokenCosts();
        services.AddHttpClient("catalog", client => client.BaseAddress = upstreams.Catalog).AddServiceRateLimiting();
        services.AddHttpClient("search", client => client.BaseAddress = upstreams.Search).AddServiceRateLimiting();

        // With --redis localhost:6379 the search's quota is that of all processes which are started so.
        if (builder.Configuration["redis"] is { Length: > 0 } redis)
        {
            builder.Configuration["RateLimiting:Services:search:Store"] = "Redis";
            services.AddRateLimitingRedis(redis);
        }

        AddModels(services, upstreams.OpenAI);
        services.AddHostedService<ChatWork>();
        services.AddHostedService<EmbeddingWork>();
        services.AddHostedService<CatalogWork>();
        services.AddHostedService<SearchWork>();

        // Rules are in appsettings.json, at RateLimiting:Alerts. The log is told, and the dashboard shows them.
        services.AddRateLimitAlerts();
        services.AddRateLimitDashboard();
        services.AddHealthChecks().AddServiceRateLimiting("openai").AddServiceRateLimiting("catalog").AddServiceRateLimiting("search");
        var program = builder.Build();

        // Whoever reaches this sample's port, which is one of the loopback, may look. A program that others reach says RequireAuthorization.
        program.MapRateLimitDashboard().AllowAnonymous();
        program.MapRateLimitMetrics().AllowAnonymous();
        program.MapHealthChecks("/health");
        return program;
    }

    /// <summary>The official client over the limited HttpClient. It needs a key to be made, which never leaves: the pool's own take its place.</summary>
    private static void AddModels(IServiceCollection services, Uri address)
    {
        services.AddSingleton(provider => new OpenAIClient(new ApiKeyCredential("placeholder"), new OpenAIClientOptions
        {
            Endpoint = address,
            Transport = new HttpClientPipelineTransport(provider.GetRequiredService<IHttpClientFactory>().CreateClient("openai")),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = TimeSpan.FromMinutes(5),
        }));
        services.AddSingleton<IEmbeddingGenerator<string, Embedding<float>>>(static provider => provider.GetRequiredService<OpenAIClient>().GetEmbeddingClient("text-embedding-3-small").AsIEmbeddingGenerator()
            .WithBatching(provider, "openai")
            .WithCache(provider.GetRequiredService<IMemoryCache>()));
    }
}
