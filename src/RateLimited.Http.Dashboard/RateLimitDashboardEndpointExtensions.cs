using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Dashboard.Access;
using RateLimited.Http.Dashboard.Metrics;
using RateLimited.Http.Dashboard.Pages;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Puts the dashboard and the metrics page into a program's routes.</summary>
public static class RateLimitDashboardEndpointExtensions
{
    /// <summary>
    /// Maps the page, its JSON and its live events under a path. Whoever may see them must be decided on what this returns, with <c>RequireAuthorization</c> or, knowingly, <c>AllowAnonymous</c>: otherwise the host
    /// does not start, in development neither. All routes only read, but for
    /// the one that acknowledges an alert where the container has an <c>IAlertBook</c>: it is for who is authenticated.
    /// </summary>
    /// <param name="endpoints">The program's routes.</param>
    /// <param name="path">Where; <c>/rate-limits</c> by default.</param>
    /// <returns>What is decided for all routes at once.</returns>
    /// <exception cref="InvalidOperationException"><c>AddRateLimitDashboard</c> was not called.</exception>
    public static IEndpointConventionBuilder MapRateLimitDashboard(this IEndpointRouteBuilder endpoints, string path = "/rate-limits")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Mapped(endpoints, path, DashboardRoutes.Map);
    }

    /// <summary>
    /// Maps a page in Prometheus' text format (0.0.4) with all that the meter RateLimited.Http reports, for programs without an exporter. As with the dashboard, the host does not start until it is decided who may see it.
    /// </summary>
    /// <param name="endpoints">The program's routes.</param>
    /// <param name="path">Where; <c>/metrics</c> by default.</param>
    /// <returns>What is decided for the route.</returns>
    /// <exception cref="InvalidOperationException"><c>AddRateLimitDashboard</c> was not called.</exception>
    public static IEndpointConventionBuilder MapRateLimitMetrics(this IEndpointRouteBuilder endpoints, string path = "/metrics")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Mapped(endpoints, path, static routes => routes.MapGet(string.Empty, MetricsPage.WriteAsync));
    }

    private static RouteGroupBuilder Mapped(IEndpointRouteBuilder endpoints, string path, Action<IEndpointRouteBuilder> map)
    {
        var pages = endpoints.ServiceProvider.GetService<MappedPages>()
            ?? throw new InvalidOperationException($"{path} cannot be mapped: call services.AddRateLimitDashboard() before the program is built.");
        var group = endpoints.MapGroup(path);
        map(group);
        group.WithMetadata(new GuardedPage(path));
        pages.Add(endpoints);
        return group;
    }
}
