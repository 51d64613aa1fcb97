using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace RateLimited.Http.Clients.Tests.Upstreams;

/// <summary>Kestrel on a free port of the loopback, in the shape of a provider. It answers with what it was asked, and streams it word by word.</summary>
internal sealed class LoopbackUpstream : IAsyncDisposable
{
    private readonly WebApplication _application;
    private readonly IProviderShape _shape;
    private readonly StrictDoor _door;
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentQueue<int> _sends = new();

    private LoopbackUpstream(WebApplication application, IProviderShape shape, StrictDoor door)
    {
        (_application, _shape, _door) = (application, shape, door);
        application.Run(AnswerAsync);
    }

    /// <summary>What every request must carry.</summary>
    public static string Key => "sk-very-secret-0123456789abcdef";

    public Uri Address { get; private set; } = null!;

    /// <summary>The status of each answer, one for each request that arrived.</summary>
    public IReadOnlyList<int> Sends => [.. _sends];

    /// <summary>While set, every request fails with this status.</summary>
    public int? FailsWith { get; set; }

    /// <summary>While set, every request is sent on to this path.</summary>
    public string? RedirectsTo { get; set; }

    /// <summary>A stream waits here before each word but its first, and before its end.</summary>
    public SemaphoreSlim NextPiece { get; } = new(0);

    public static async Task<LoopbackUpstream> StartAsync(IProviderShape shape, StrictDoor door)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(static kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var application = builder.Build();
        var upstream = new LoopbackUpstream(application, shape, door);
        await application.StartAsync();
        upstream.Address = new Uri(application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return upstream;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        using var soon = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _application.StopAsync(soon.Token);
        await _application.DisposeAsync();
        NextPiece.Dispose();
        _end.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var reading = _door.Knock();
        _shape.Report(reading, context.Response.Headers);
        if (!string.Equals(_shape.KeyOf(context.Request), Key, StringComparison.Ordinal))
        {
            await FailAsync(context, StatusCodes.Status401Unauthorized);
        }
        else if (FailsWith is { } status)
        {
            // Clients that wait between their tries by themselves are told to make it short.
            context.Response.Headers["retry-after-ms"] = "1";
            await FailAsync(context, status);
        }
        else if (!reading.IsOpen)
        {
            context.Response.Headers.RetryAfter = Math.Ceiling(reading.UntilNext.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            await FailAsync(context, StatusCodes.Status429TooManyRequests);
        }
        else if (RedirectsTo is { } path && !context.Request.Path.StartsWithSegments(path, StringComparison.Ordinal))
        {
            _sends.Enqueue(StatusCodes.Status307TemporaryRedirect);
            context.Response.Redirect(path, permanent: false, preserveMethod: true);
        }
        else
        {
            _sends.Enqueue(StatusCodes.Status200OK);
            await SucceedAsync(context, await _shape.ReadAsync(context.Request));
        }
    }

    private async Task SucceedAsync(HttpContext context, Question question)
    {
        if (!question.Streams)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(_shape.Answer(question.Text));
            return;
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _end.Token);
        context.Response.ContentType = _shape.StreamType;
        await context.Response.WriteAsync(_shape.StreamBegin(), either.Token);
        try
        {
            foreach (var word in question.Text.Split('-'))
            {
                await context.Response.WriteAsync(_shape.StreamPiece(word), either.Token);
                await context.Response.Body.FlushAsync(either.Token);
                await NextPiece.WaitAsync(either.Token);
            }

            await context.Response.WriteAsync(_shape.StreamEnd(), either.Token);
        }
        catch (OperationCanceledException)
        {
            context.Abort();
        }
    }

    private Task FailAsync(HttpContext context, int status)
    {
        _sends.Enqueue(status);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(_shape.Failure(status));
    }
}
