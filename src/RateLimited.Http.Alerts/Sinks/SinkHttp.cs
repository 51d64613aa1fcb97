using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using RateLimited.Http.Alerts.Delivery;

namespace RateLimited.Http.Alerts.Sinks;

/// <summary>
/// Posts JSON to where an operator said. No client of the factory's: those log addresses, in which Slack's secret stands, and may be limited by ourselves. And no client at all but a handler that is called directly:
/// HttpClient tells .NET's event sources the path. It follows no redirect, keeps no cookie, and makes no span. Thread-safe.
/// </summary>
internal sealed class SinkHttp() : DelegatingHandler(new SocketsHttpHandler
{
    AllowAutoRedirect = false,
    UseCookies = false,
    ActivityHeadersPropagator = null,
    PooledConnectionLifetime = TimeSpan.FromMinutes(5),
})
{
    /// <param name="address">Where to.</param>
    /// <param name="json">What.</param>
    /// <param name="bearer">What proves who we are; null for nothing.</param>
    /// <param name="cancellationToken">When nobody waits for it any more.</param>
    /// <exception cref="SinkFault">It did not arrive.</exception>
    public async Task PostAsync(Uri address, byte[] json, string? bearer, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new ByteArrayContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json", "utf-8");
        if (bearer is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        }

        try
        {
            using var response = await SendAsync(request, cancellationToken).ConfigureAwait(false);
            if (!response.IsSuccessStatusCode)
            {
                throw Refusal(response);
            }
        }
        catch (HttpRequestException fault)
        {
            // Its own text may hold the address.
            throw new SinkFault(fault.HttpRequestError == HttpRequestError.Unknown ? "no connection" : fault.HttpRequestError.ToString());
        }
    }

    private static SinkFault Refusal(HttpResponseMessage response)
    {
        var isFinal = response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.RequestEntityTooLarge or HttpStatusCode.UnprocessableEntity;
        var retryAfter = response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable ? response.Headers.RetryAfter?.Delta : null;
        return new SinkFault(string.Create(CultureInfo.InvariantCulture, $"status {(int)response.StatusCode}"), isFinal, retryAfter);
    }
}
