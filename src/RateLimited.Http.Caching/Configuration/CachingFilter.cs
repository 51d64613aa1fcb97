using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using RateLimited.Http.Caching.Answering;
using RateLimited.Http.Caching.Redundancy;
using RateLimited.Http.Configuration;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Caching.Configuration;

/// <summary>
/// Puts what of this package the program has added before the handlers of limited clients, wherever among its own it added those: the cache, then whoever looks at what the cache lets through, then the line.
/// </summary>
internal sealed class CachingFilter(CacheExtension? caches = null, RedundancyExtension? reports = null) : IHttpMessageHandlerBuilderFilter
{
    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        var handlers = builder.AdditionalHandlers;
        var first = handlers.TakeWhile(static handler => handler is not ResilienceHandler).Count();
        if (first == handlers.Count || builder.Services.GetRequiredService<ServiceRegistry>().PipelineOf(builder.Name) is not { } pipeline)
        {
            return;
        }

        var (service, client) = (pipeline.Limiter.Service, builder.Name ?? string.Empty);
        if (reports is not null)
        {
            handlers.Insert(first, new RedundancyHandler(reports.StateOf(service), pipeline, client));
        }

        if (caches is not null)
        {
            handlers.Insert(first, new CachingHandler(caches.StateOf(service), client));
        }
    };
}
