using System.Globalization;
using System.Net;
using System.Threading.RateLimiting;
using RateLimited.Http.Arena.Upstreams;

namespace RateLimited.Http.Arena.Clients;

/// <summary>The documented client-side handler: a lease for each request, released when the head of the response is there.</summary>
internal sealed class BclRateLimitedHandler(RateLimiter limiter, Func<HttpRequestMessage, int> cost, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    public static int One(HttpRequestMessage request) => 1;

    public static int Tokens(HttpRequestMessage request) =>
        request.Headers.TryGetValues(ArenaHeaders.Tokens, out var values) ? int.Parse(values.First(), CultureInfo.InvariantCulture) : 0;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var lease = await limiter.AcquireAsync(cost(request), cancellationToken);
        return lease.IsAcquired
            ? await base.SendAsync(request, cancellationToken)
            : new HttpResponseMessage(HttpStatusCode.TooManyRequests);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            limiter.Dispose();
        }

        base.Dispose(disposing);
    }
}
