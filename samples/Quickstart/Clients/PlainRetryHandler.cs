using System.Net;

namespace Quickstart.Clients;

/// <summary>What most programs do: send, and on a 429 wait as long as it says and send again.</summary>
internal sealed class PlainRetryHandler(TimeProvider time) : DelegatingHandler
{
    private static readonly TimeSpan DefaultDelay = TimeSpan.FromSeconds(1);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        while (true)
        {
            var response = await base.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.TooManyRequests)
                return response;
            var delay = response.Headers.RetryAfter?.Delta ?? DefaultDelay;
            response.Dispose();
            await Task.Delay(delay, time, cancellationToken);
        }
    }
}
