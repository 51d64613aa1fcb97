using System.Net;
using Quickstart.Clients;
using Quickstart.Upstreams;

namespace Quickstart;

/// <summary>One client at one upstream: a row of the comparison.</summary>
internal sealed class Cell(Strategy strategy, UpstreamKind upstream, UpstreamDoor door, HttpClient client, Uri address)
{
    public Strategy Strategy => strategy;

    public UpstreamKind Upstream => upstream;

    public UpstreamDoor Door => door;

    /// <summary>How many callers wait on this side: in a limiter's line, or for a Retry-After to pass.</summary>
    public int InLine => Math.Max(0, Demand.Callers - door.Inside);

    /// <summary>One call, its answer read to the end. Whether it was admitted stands in the upstream's books, and a 429 is no fault of the run.</summary>
    public Task CallAsync(CancellationToken cancellationToken) => GetAsync(address, cancellationToken);

    /// <summary>One call that is not counted by the upstream.</summary>
    public Task WarmUpAsync(Uri warmUp, CancellationToken cancellationToken) => GetAsync(warmUp, cancellationToken);

    private async Task GetAsync(Uri uri, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(uri, cancellationToken);
        if (response.StatusCode != HttpStatusCode.TooManyRequests)
            response.EnsureSuccessStatusCode();
    }
}
