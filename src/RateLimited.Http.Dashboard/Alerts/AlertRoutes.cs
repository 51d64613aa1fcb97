using System.Text.Json;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Dashboard.Pages;
using RateLimited.Http.Dashboard.Readings;

namespace RateLimited.Http.Dashboard.Alerts;

/// <summary>The routes of alerts, where the container has an <see cref="IAlertBook"/>, or an <see cref="IFleetBook"/> that knows of others'. The only one that changes something is for who is known by name, and takes a request for the page's own by its antiforgery token.</summary>
internal static class AlertRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        if (routes.ServiceProvider.GetService<IServiceProviderIsService>() is { } services && (services.IsService(typeof(IAlertBook)) || services.IsService(typeof(IFleetBook))))
        {
            routes.MapGet("api/alerts", ShowAsync);
            routes.MapGet("api/alerts/token", TokenAsync);
            routes.MapPost("api/alerts", AcknowledgeAsync);
        }
    }

    private static Task ShowAsync(HttpContext context)
    {
        var book = BookOf(context);
        var reading = new AlertsReading(IsKnown(context), book?.Open ?? [], book?.Past ?? []);
        return DashboardRoutes.WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(reading, ReadingJson.Default.AlertsReading));
    }

    /// <summary>What a request to acknowledge must bring besides its cookie.</summary>
    private static Task TokenAsync(HttpContext context)
    {
        if (!IsKnown(context))
        {
            return DashboardRoutes.EndAsync(context, StatusCodes.Status403Forbidden);
        }

        var tokens = context.RequestServices.GetRequiredService<IAntiforgery>().GetAndStoreTokens(context);
        var reading = new TokenReading(tokens.HeaderName ?? string.Empty, tokens.RequestToken ?? string.Empty);
        return DashboardRoutes.WriteAsync(context, JsonSerializer.SerializeToUtf8Bytes(reading, ReadingJson.Default.TokenReading));
    }

    private static async Task AcknowledgeAsync(HttpContext context)
    {
        if (!IsKnown(context))
        {
            await DashboardRoutes.EndAsync(context, StatusCodes.Status403Forbidden).ConfigureAwait(false);
            return;
        }

        if (!await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context).ConfigureAwait(false))
        {
            await DashboardRoutes.EndAsync(context, StatusCodes.Status400BadRequest).ConfigureAwait(false);
            return;
        }

        await DashboardRoutes.EndAsync(context, await StatusAsync(context).ConfigureAwait(false)).ConfigureAwait(false);
    }

    /// <summary>An alert of this process is acknowledged here; of one that another process may have, all are told.</summary>
    private static async Task<int> StatusAsync(HttpContext context)
    {
        var (id, service, by) = (context.Request.Query["id"].ToString(), context.Request.Query["service"].ToString(), context.User.Identity?.Name);
        if (BookOf(context)?.Acknowledge(id, by) == true)
        {
            return StatusCodes.Status204NoContent;
        }

        if (id.Length == 0 || service.Length == 0 || context.RequestServices.GetService<IFleetBook>() is not { } fleet || fleet.Of(service) is null)
        {
            return StatusCodes.Status404NotFound;
        }

        return await fleet.AcknowledgeAsync(service, id, by, context.RequestAborted).ConfigureAwait(false) ? StatusCodes.Status202Accepted : StatusCodes.Status503ServiceUnavailable;
    }

    /// <summary>Where everybody may see the page, not everybody may act on it.</summary>
    private static bool IsKnown(HttpContext context) => context.User.Identity?.IsAuthenticated == true;

    private static IAlertBook? BookOf(HttpContext context) => context.RequestServices.GetService<IAlertBook>();
}
