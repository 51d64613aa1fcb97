using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using RateLimited.Http.Dashboard.Readings;

namespace RateLimited.Http.Dashboard.Pages;

/// <summary>Tells a page of all services each second, by server-sent events, until it leaves or the host stops.</summary>
internal static class EventStream
{
    /// <summary>How many pages are told at once; whoever comes then fetches, and tries again.</summary>
    public const int MostStreams = 64;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static int _open;

    public static async Task WriteAsync(HttpContext context)
    {
        SecurityHeaders.Set(context.Response);
        if (Interlocked.Increment(ref _open) > MostStreams)
        {
            Interlocked.Decrement(ref _open);
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            context.Response.Headers.RetryAfter = "10";
            return;
        }

        try
        {
            var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            await TellAsync(context, ended.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // It left, or the host stops.
        }
        finally
        {
            Interlocked.Decrement(ref _open);
        }
    }

    private static async Task TellAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var (reader, time) = (context.RequestServices.GetRequiredService<ServiceReader>(), context.RequestServices.GetService<TimeProvider>() ?? TimeProvider.System);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(reader.Read(), ReadingJson.Default.DashboardReading);
            await context.Response.Body.WriteAsync("data: "u8.ToArray(), cancellationToken).ConfigureAwait(false);
            await context.Response.Body.WriteAsync(json, cancellationToken).ConfigureAwait(false);
            await context.Response.Body.WriteAsync("\n\n"u8.ToArray(), cancellationToken).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(cancellationToken).ConfigureAwait(false);
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }
}
