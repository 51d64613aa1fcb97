using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RateLimited.Http.Tests.Pipeline;

/// <summary>Kestrel on a free port of the loopback. What it answers to a path is what the test wrote for it.</summary>
internal sealed class RealUpstream : IAsyncDisposable
{
    private readonly WebApplication _application;

    private RealUpstream(WebApplication application) => _application = application;

    public ConcurrentDictionary<string, RequestDelegate> Answers { get; } = new();

    /// <summary>Is completed when a test ends: answers that hang wait for it.</summary>
    public TaskCompletionSource End { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Uri Address { get; private set; } = null!;

    public static async Task<RealUpstream> StartAsync(HttpProtocols protocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, endpoint => endpoint.Protocols = protocols));
        var application = builder.Build();
        var upstream = new RealUpstream(application);
        application.Run(async context =>
        {
            context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpBodyControlFeature>()!.AllowSynchronousIO = true;
            await upstream.Answers[context.Request.Path](context);
        });
        await application.StartAsync();
        var addresses = application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!;
        upstream.Address = new Uri(addresses.Addresses.Single());
        return upstream;
    }

    public async ValueTask DisposeAsync()
    {
        End.TrySetResult();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(soon.Token);
        await _application.DisposeAsync();
    }
}
