using System.Net;
using Quickstart.Clients;
using Quickstart.Upstreams;
using RateLimited.Http;
using RateLimited.Http.Testing;
using RateLimited.Http.Testing.Models;

namespace Quickstart;

/// <summary>One client at one upstream: a row of the comparison.</summary>
internal sealed class Cell(Strategy strategy, UpstreamKind upstream, UpstreamServer server, HttpClient client)
{
    private readonly Uri _warmUp = new(server.Address, UpstreamKind.WarmUpPath);
    private int _asking;

    public Strategy Strategy => strategy;

    public UpstreamKind Upstream => upstream;

    /// <summary>The upstream's books so far; once closed, as they were then.</summary>
    public LimitReport Report => server.Books.Limits is [var only] ? only.Report : default;

    /// <summary>How many callers have asked and have no answer yet.</summary>
    public int Asking => Volatile.Read(ref _asking);

    /// <summary>How many of them wait on this side: in a limiter's line, or for a Retry-After to pass.</summary>
    public int InLine => Math.Max(0, Asking - server.Inside);

    /// <summary>One call, its answer read to the end. Whether it was admitted stands in the upstream's books, and a 429 is no fault of the run.</summary>
    public async Task CallAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _asking);
        try
        {
            await SendAsync(new HttpRequestMessage(HttpMethod.Get, server.Address), cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _asking);
        }
    }

    /// <summary>Opens a connection by a call that is not counted by the upstream, nor by our limits. The other clients do not know that mark.</summary>
    public Task ConnectAsync(CancellationToken cancellationToken) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, _warmUp).WithoutRateLimiting(), cancellationToken);

    /// <summary>One call that is not counted by the upstream.</summary>
    public Task WarmUpAsync(CancellationToken cancellationToken) => SendAsync(new HttpRequestMessage(HttpMethod.Get, _warmUp), cancellationToken);

    /// <summary>Ends the measured time. What arrives later is answered and not counted.</summary>
    public void CloseBooks() => server.CloseBooks();

    private async Task SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var sent = request;
        using var response = await client.SendAsync(request, cancellationToken);
        if (response.StatusCode != HttpStatusCode.TooManyRequests)
            response.EnsureSuccessStatusCode();
    }
}
