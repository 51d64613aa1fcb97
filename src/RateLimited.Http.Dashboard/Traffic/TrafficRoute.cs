using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Dashboard.Pages;
using RateLimited.Http.Dashboard.Readings;
using RateLimited.Http.Telemetry.Traffic;

namespace RateLimited.Http.Dashboard.Traffic;

/// <summary>The route of tenants, endpoints and refusals. Where everybody may see the page, nobody who is not known sees a tenant's name.</summary>
internal static class TrafficRoute
{
    private const int NamesShown = 10;

    public static Task ShowAsync(HttpContext context, ServiceReading? service)
    {
        if (service is null)
        {
            return DashboardRoutes.EndAsync(context, StatusCodes.Status404NotFound);
        }

        var isKnown = context.User.Identity?.IsAuthenticated == true;
        Func<string, string> tenantOf = isKnown ? static tenant => tenant : context.RequestServices.GetRequiredService<TenantAlias>().Of;
        var own = context.RequestServices.GetRequiredService<TrafficBook>().Read(service.Name, NamesShown, TrafficCounts.RefusalsKept);
        var reading = TrafficReading.Of(own, tenantOf) with
        {
            Fleet = context.RequestServices.GetService<IFleetBook>()?.TrafficOf(service.Name) is { } all ? TrafficReading.Of(all, tenantOf) : null,
        };
        return DashboardRoutes.WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(reading, ReadingJson.Default.TrafficReading));
    }
}
