using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using RateLimited.Http.Caching;
using RateLimited.Http.Caching.Configuration;
using RateLimited.Http.Caching.Telemetry;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets a service's responses be kept, so that what was answered already costs no quota.</summary>
public static class ResponseCacheExtensions
{
    /// <summary>
    /// Keeps the responses of the client's service as its section <c>Cache</c> says, or by the defaults where there is none. Behind <c>AddServiceRateLimiting</c>. With it, every other service that has such a section has a cache too.
    /// </summary>
    /// <param name="builder">The client.</param>
    public static IHttpClientBuilder AddResponseCache(this IHttpClientBuilder builder) => builder.AddResponseCache(static _ => { });

    /// <summary>Keeps the responses of the client's service as set up in code, on top of its section <c>Cache</c> if there is one.</summary>
    /// <param name="builder">The client. Other clients of its service have the cache too; none gets what was answered to another.</param>
    /// <param name="configure">Sets up the cache. What is wrong is reported at start-up, with all other faults. It runs again with each change of the configuration.</param>
    public static IHttpClientBuilder AddResponseCache(this IHttpClientBuilder builder, Action<ResponseCacheOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.AddSection<CacheExtension, ResponseCacheOptions>(configure);
        builder.Services.TryAddSingleton(static provider => new CacheTelemetry(provider.GetService<IMeterFactory>()));
        builder.Services.TryAddKeyedSingleton<IResponseCache>(KeyedService.AnyKey, static (provider, key) =>
            provider.GetRequiredService<CacheExtension>().StateOf(key as string ?? throw new InvalidOperationException("The key of an IResponseCache is its service's name, a string.")));
        return builder;
    }
}
