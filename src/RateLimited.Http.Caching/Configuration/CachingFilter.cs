using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using RateLimited.Http.Caching.Answering;
using RateLimited.Http.Configuration;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>Puts the cache before the handlers of limited clients, wherever among its own the program added those.</summary>
internal sealed class CachingFilter(CacheExtension caches) : IHttpMessageHandlerBuilderFilter
{
    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        var handlers = builder.AdditionalHandlers;
        var first = handlers.TakeWhile(static handler => handler is not ResilienceHandler).Count();
        if (first < handlers.Count && builder.Services.GetRequiredService<ServiceRegistry>().PipelineOf(builder.Name) is { } pipeline)
        {
            handlers.Insert(first, new CachingHandler(caches.CacheOf(pipeline.Limiter.Service), builder.Name ?? string.Empty));
        }
    };
}
