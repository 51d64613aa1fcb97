using System.Net;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Testing.Exchanges;
using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing;

/// <summary>An <see cref="Upstream"/> on a free port of this machine, over real HTTP. Disposing it stops it. Thread-safe.</summary>
public sealed class UpstreamServer : IUpstream, IAsyncDisposable
{
    private readonly WebApplication _app;

    private UpstreamServer(WebApplication app, Upstream upstream)
    {
        (_app, Upstream) = (app, upstream);
        app.Run(AnswerAsync);
    }

    /// <summary>The upstream.</summary>
    public Upstream Upstream { get; }

    /// <summary>Where it is, like <c>http://127.0.0.1:40123/</c>.</summary>
    public Uri Address => new(_app.Urls.First());

    /// <inheritdoc/>
    public UpstreamBooks Books => Upstream.Books;

    /// <inheritdoc/>
    public int Inside => Upstream.Inside;

    /// <summary>Starts an upstream on a free port of the loopback interface; nobody from elsewhere can reach it.</summary>
    /// <exception cref="IOException">No port could be opened.</exception>
    public static async Task<UpstreamServer> StartAsync(Upstream upstream, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(static kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.ResponseHeaderEncodingSelector = static _ => Encoding.Latin1;
            kestrel.Listen(IPAddress.Loopback, port: 0);
        });
        var server = new UpstreamServer(builder.Build(), upstream);
        await server._app.StartAsync(cancellationToken).ConfigureAwait(false);
        return server;
    }

    /// <summary>Builds an upstream and starts it.</summary>
    public static Task<UpstreamServer> StartAsync(UpstreamBuilder builder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return StartAsync(builder.Build(), cancellationToken);
    }

    /// <inheritdoc/>
    public void CloseBooks() => Upstream.CloseBooks();

    /// <summary>Stops it; requests that are being answered are broken off.</summary>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        try
        {
            await SendAsync(context, await Upstream.EnterAsync(await ReadAsync(context).ConfigureAwait(false), context.RequestAborted).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (ConnectionBrokenException)
        {
            context.Abort();
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException && context.RequestAborted.IsCancellationRequested)
        {
            // The caller has gone; there is nobody to answer.
        }
    }

    private static async Task<UpstreamRequest> ReadAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        var headers = from header in context.Request.Headers select new KeyValuePair<string, string>(header.Key, header.Value.ToString());
        return new UpstreamRequest(context.Request.Method, context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, headers, body.ToArray());
    }

    private static async Task SendAsync(HttpContext context, Exchange exchange)
    {
        try
        {
            context.Response.StatusCode = exchange.Status;
            foreach (var (name, value) in exchange.Headers)
            {
                context.Response.Headers.Append(name, value);
            }

            context.Response.ContentType = exchange.ContentType;
            context.Response.ContentLength = exchange.Length;
            await exchange.WriteBodyAsync(context.Response.BodyWriter, context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            exchange.Abandon();
        }
    }
}
