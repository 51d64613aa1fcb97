using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Quickstart.Upstreams;

/// <summary>The services that are called: one Kestrel on a free port of this machine, a door for each client at each upstream.</summary>
internal sealed class UpstreamServer : IAsyncDisposable
{
    private static readonly ReadOnlyMemory<byte> AllButTheLastByte = "{\"answer\":\"ok\"\n"u8.ToArray();
    private static readonly ReadOnlyMemory<byte> LastByte = "}"u8.ToArray();

    private readonly WebApplication _app;
    private readonly Dictionary<string, UpstreamDoor> _doors = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;
    private readonly NetworkLatency _latency;

    private UpstreamServer(WebApplication app, TimeProvider time, NetworkLatency latency)
    {
        (_app, _time, _latency) = (app, time, latency);
        app.Run(AnswerAsync);
    }

    /// <summary>Where to open connections without being counted, over the same network.</summary>
    public Uri WarmUp => new(Address, "/warm-up");

    private Uri Address => new(_app.Urls.First());

    public static async Task<UpstreamServer> StartAsync(TimeProvider time, NetworkLatency latency, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port: 0));
        var server = new UpstreamServer(builder.Build(), time, latency);
        await server._app.StartAsync(cancellationToken);
        return server;
    }

    /// <summary>Opens a door; requests to its address are counted at it alone.</summary>
    public Uri Open(string client, string upstream, UpstreamDoor door)
    {
        var path = $"/{client}/{upstream}";
        _doors.Add(path, door);
        return new Uri(Address, path);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (_doors.TryGetValue(context.Request.Path.Value ?? "", out var door))
            await AnswerAtAsync(door, context);
        else if (context.Request.Path == "/warm-up")
            await Task.Delay(_latency.Next(), _time, context.RequestAborted);
        else
            context.Response.StatusCode = StatusCodes.Status404NotFound;
    }

    private async Task AnswerAtAsync(UpstreamDoor door, HttpContext context)
    {
        try
        {
            if (await door.EnterAsync(context.RequestAborted) is { } retryAfter)
                Refuse(context.Response, retryAfter);
            else
                await AdmitAsync(door, context);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; there is nobody to answer.
        }
        finally
        {
            door.Leave();
        }
    }

    private static void Refuse(HttpResponse response, TimeSpan retryAfter)
    {
        // The header has whole seconds: rounded up, or it would send the client back too early.
        var seconds = (long)Math.Ceiling(retryAfter.TotalSeconds);
        response.StatusCode = StatusCodes.Status429TooManyRequests;
        response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>
    /// The head of the answer goes at once, its body takes as long as the work does, as it is with an answer that is streamed. The place is free before the last byte is
    /// written: a client that waits for that byte cannot come too early.
    /// </summary>
    private async Task AdmitAsync(UpstreamDoor door, HttpContext context)
    {
        try
        {
            context.Response.ContentLength = AllButTheLastByte.Length + LastByte.Length;
            if (door.Work is { } work)
            {
                await context.Response.Body.WriteAsync(AllButTheLastByte, context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
                await Task.Delay(work.Next(), _time, context.RequestAborted);
            }
            else
            {
                await context.Response.Body.WriteAsync(AllButTheLastByte, context.RequestAborted);
            }
        }
        finally
        {
            door.Depart();
        }

        await context.Response.Body.WriteAsync(LastByte, context.RequestAborted);
    }
}
