using System.Collections.Concurrent;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RateLimited.Http.Alerts.Tests.Sinks;

/// <summary>A server on this machine that takes what is posted to any path: at once, with a status that a test says, or never.</summary>
internal sealed class LoopbackHook : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly ConcurrentQueue<(string Path, string? Authorization, string Body)> _received = new();
    private int _asked;

    private LoopbackHook(WebApplication server) => _server = server;

    public Uri Address => new(_server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());

    public HttpStatusCode Status { get; set; } = HttpStatusCode.Accepted;

    public string? RetryAfter { get; set; }

    /// <summary>Whether it takes what is posted and answers nothing.</summary>
    public bool Hangs { get; set; }

    /// <summary>What it was asked and accepted.</summary>
    public IReadOnlyList<(string Path, string? Authorization, string Body)> Received => [.. _received];

    /// <summary>How often it was asked, accepted or not.</summary>
    public int Asked => Volatile.Read(ref _asked);

    public static async Task<LoopbackHook> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var server = builder.Build();
        var hook = new LoopbackHook(server);
        server.Run(hook.TakeAsync);
        await server.StartAsync(TestContext.Current.CancellationToken);
        return hook;
    }

    /// <summary>A port of this machine that nobody listens at.</summary>
    public static async Task<Uri> DownAsync()
    {
        var hook = await StartAsync();
        var address = hook.Address;
        await hook.DisposeAsync();
        return address;
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        Interlocked.Increment(ref _asked);
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        if (Hangs)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
            return;
        }

        context.Response.StatusCode = (int)Status;
        if (RetryAfter is not null)
        {
            context.Response.Headers.RetryAfter = RetryAfter;
        }

        if ((int)Status < 300)
        {
            _received.Enqueue((context.Request.Path, context.Request.Headers.Authorization, body));
        }
    }
}
