using System.Net;
using System.Threading.RateLimiting;

namespace Quickstart.Clients;

/// <summary>The handler of https://learn.microsoft.com/dotnet/core/extensions/http-ratelimiter around the limiter that fits the upstream best.</summary>
internal sealed class BclRateLimitedHandler(RateLimiter limiter) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var lease = await limiter.AcquireAsync(permitCount: 1, cancellationToken);
        return lease.IsAcquired
            ? await base.SendAsync(request, cancellationToken)
            : new HttpResponseMessage(HttpStatusCode.TooManyRequests);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            limiter.Dispose();
        base.Dispose(disposing);
    }
}
