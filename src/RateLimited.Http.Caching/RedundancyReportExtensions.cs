using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using RateLimited.Http.Caching;
using RateLimited.Http.Caching.Configuration;
using RateLimited.Http.Caching.Telemetry;
using RateLimited.Http.Configuration;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets a service's requests be looked at for repetition, to say whether a cache would be worth it.</summary>
public static class RedundancyReportExtensions
{
    /// <summary>
    /// Looks at the requests of the client's service as its section <c>Redundancy</c> says, or by the defaults where there is none. Behind <c>AddServiceRateLimiting</c>. With it, every other service that has such a section is looked at too.
    /// </summary>
    /// <param name="builder">The client.</param>
    public static IHttpClientBuilder AddRedundancyReport(this IHttpClientBuilder builder) => builder.AddRedundancyReport(static _ => { });

    /// <summary>Looks at the requests of the client's service as set up in code, on top of its section <c>Redundancy</c> if there is one.</summary>
    /// <param name="builder">The client.</param>
    /// <param name="configure">Sets up the report. What is wrong is reported at start-up, with all other faults. It runs again with each change of the configuration.</param>
    public static IHttpClientBuilder AddRedundancyReport(this IHttpClientBuilder builder, Action<RedundancyOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        builder.AddSection<RedundancyExtension, RedundancyOptions>(configure);
        builder.Services.TryAddSingleton(static provider => new RedundancyTelemetry(provider.GetService<IMeterFactory>(), provider.GetService<ILoggerFactory>()));
        builder.Services.TryAddKeyedSingleton<IRedundancyReporter>(KeyedService.AnyKey, static (provider, key) =>
            provider.GetRequiredService<RedundancyExtension>().StateOf(key as string ?? throw new InvalidOperationException("The key of an IRedundancyReporter is its service's name, a string.")));
        return builder;
    }
}
