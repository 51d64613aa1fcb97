using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Dashboard.Alerts;
using RateLimited.Http.Dashboard.Readings;
using RateLimited.Http.Dashboard.Traffic;

namespace RateLimited.Http.Dashboard.Pages;

/// <summary>The routes of the dashboard. All only read, but for the one that acknowledges an alert.</summary>
internal static class DashboardRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(string.Empty, DashboardPage.WriteAsync);
        foreach (var asset in DashboardAsset.All)
        {
            routes.MapGet($"assets/{asset.Name}", asset.WriteAsync);
        }

        routes.MapGet("api/services", static context => WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(ReaderOf(context).Read(), ReadingJson.Default.DashboardReading)));
        routes.MapGet("api/service", ServiceAsync);
        routes.MapGet("api/history", HistoryAsync);
        routes.MapGet("api/traffic", static context => TrafficRoute.ShowAsync(context, ReaderOf(context).Read(NameIn(context))));
        routes.MapGet("api/events", EventStream.WriteAsync);
        AlertRoutes.Map(routes);
    }

    public static Task WriteAsync(HttpContext context, byte[] json)
    {
        SecurityHeaders.Set(context.Response);
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = json.Length;
        return context.Response.Body.WriteAsync(json, context.RequestAborted).AsTask();
    }

    /// <summary>An answer without a body.</summary>
    public static Task EndAsync(HttpContext context, int status)
    {
        SecurityHeaders.Set(context.Response);
        context.Response.StatusCode = status;
        return Task.CompletedTask;
    }

    private static Task ServiceAsync(HttpContext context) =>
        ReaderOf(context).Read(NameIn(context)) is { } found
            ? WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(found, ReadingJson.Default.ServiceReading))
            : EndAsync(context, StatusCodes.Status404NotFound);

    private static Task HistoryAsync(HttpContext context) =>
        context.RequestServices.GetRequiredService<Sampler>().Of(NameIn(context)) is { } found
            ? WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(found, ReadingJson.Default.HistoryReading))
            : EndAsync(context, StatusCodes.Status404NotFound);

    /// <summary>In the query, since a slash in a name would not come whole out of a path.</summary>
    private static string NameIn(HttpContext context) => context.Request.Query["name"].ToString();

    private static ServiceReader ReaderOf(HttpContext context) => context.RequestServices.GetRequiredService<ServiceReader>();
}
