using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;
using RateLimited.Http.Admission;
using RateLimited.Http.Limits;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Configuration;

/// <summary>
/// Sets up the primary handler of our clients where the program has left it as the factory makes it. A handler that the program made stays as it is; of one that it
/// only changed, what it changed stays.
/// </summary>
internal sealed class PrimaryHandlerDefaults(IOptions<ServiceRegistrations> registrations) : IHttpMessageHandlerBuilderFilter
{
    private static readonly TimeSpan FrameworksIdleTimeout = new SocketsHttpHandler().PooledConnectionIdleTimeout;

    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        if (registrations.Value.ServiceOf(builder.Name) is null)
        {
            next(builder);
            return;
        }

        var made = builder.PrimaryHandler;
        next(builder);
        if (ReferenceEquals(made, builder.PrimaryHandler) && made is SocketsHttpHandler handler
            && builder.Services.GetRequiredService<ServiceRegistry>().PipelineOf(builder.Name) is { } pipeline)
        {
            SetUp(handler, pipeline.Limiter.Definition, pipeline.Settings.Connections);
        }
    };

    private static void SetUp(SocketsHttpHandler handler, ServiceDefinition service, ConnectionSettings connections)
    {
        // A redirect is a request: one that is followed below every other handler is not admitted, and takes a custom key header to another host.
        handler.AllowAutoRedirect = false;
        if (handler.PooledConnectionLifetime == Timeout.InfiniteTimeSpan)
        {
            handler.PooledConnectionLifetime = connections.Lifetime;
        }

        if (handler.PooledConnectionIdleTimeout == FrameworksIdleTimeout)
        {
            handler.PooledConnectionIdleTimeout = connections.IdleTimeout;
        }

        if (handler.ConnectTimeout == Timeout.InfiniteTimeSpan)
        {
            handler.ConnectTimeout = connections.ConnectTimeout;
        }

        if (handler.MaxConnectionsPerServer == int.MaxValue && (connections.MaxPerServer ?? InFlight(service)) is { } limit)
        {
            handler.MaxConnectionsPerServer = limit;
        }
    }

    /// <summary>How many requests of the service are under way at most, or null where that has no bound.</summary>
    private static int? InFlight(ServiceDefinition service)
    {
        long? least = null;
        foreach (var limit in service.Limits)
        {
            if (limit is { Rule: Concurrency, Unit: UnitCost.Requests, Partition: PartitionBy.Service } && !(limit.Rule.Quota >= least))
            {
                least = limit.Rule.Quota;
            }
        }

        return service.Mode != RateLimitMode.Enforce || service.Endpoints.Any(static endpoint => !endpoint.ServiceLimits) ? null : (int?)Math.Min(least ?? long.MaxValue, int.MaxValue);
    }
}
