using RateLimited.Http.Keys;

namespace RateLimited.Http.Pipeline;

/// <summary>
/// The innermost handler, below every other and below the factory's logging: sends a copy of the request that holds the key, so that the caller's message never does and nobody who looks at that finds
/// it there. Stateless.
/// </summary>
/// <param name="pipeline">The service.</param>
/// <param name="clientsOrigin">The origin of the client's base address, which keys without an origin of their own belong to; null where it has none.</param>
internal sealed class KeyCarryingHandler(ServicePipeline pipeline, Lazy<KeyOrigin?> clientsOrigin) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        pipeline.Keys is not null && CarriedKey.TakeFrom(request) is { } carried ? SendWithKeyAsync(carried, request, cancellationToken) : base.SendAsync(request, cancellationToken);

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (pipeline.Keys is null || CarriedKey.TakeFrom(request) is not { } carried)
        {
            return base.Send(request, cancellationToken);
        }

        var secret = carried.Key.Secret;
        return Answered(base.Send(CopyOf(request, carried, secret), cancellationToken), request, carried, secret);
    }

    private async Task<HttpResponseMessage> SendWithKeyAsync(CarriedKey carried, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var secret = carried.Key.Secret;
        return Answered(await base.SendAsync(CopyOf(request, carried, secret), cancellationToken).ConfigureAwait(false), request, carried, secret);
    }

    private static HttpResponseMessage Answered(HttpResponseMessage response, HttpRequestMessage request, CarriedKey carried, ApiKey secret)
    {
        response.RequestMessage = request;
        carried.Carrier.Scrub(response, secret);
        return response;
    }

    private HttpRequestMessage CopyOf(HttpRequestMessage request, CarriedKey carried, ApiKey secret)
    {
        // Looked at once more: a handler between admission and here may have sent the request elsewhere.
        var origin = carried.Key.Origin ?? clientsOrigin.Value;
        if (origin?.Contains(request.RequestUri) != true)
        {
            throw PoolRing.WrongOrigin(pipeline.Limiter.Service, origin);
        }

        var copy = RequestCopy.Of(request);
        carried.Carrier.Apply(copy, secret);
        return copy;
    }
}
