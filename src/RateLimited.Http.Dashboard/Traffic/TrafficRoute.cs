using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Dashboard.Pages;
using RateLimited.Http.Dashboard.Readings;

namespace RateLimited.Http.Dashboard.Traffic;

/// <summary>The route of tenants, endpoints and refusals. Where everybody may see the page, nobody who is not known sees a tenant's name.</summary>
internal static class TrafficRoute
{
    public static Task ShowAsync(HttpContext context, ServiceReading? service)
    {
        if (service is null)
        {
            return DashboardRoutes.EndAsync(context, StatusCodes.Status404NotFound);
        }

        var isKnown = context.User.Identity?.IsAuthenticated == true;
        var reading = context.RequestServices.GetRequiredService<TrafficBook>()
            .Read(service.Name, isKnown ? static tenant => tenant : context.RequestServices.GetRequiredService<TenantAlias>().Of);
        return DashboardRoutes.WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(reading, ReadingJson.Default.TrafficReading));
    }
}
