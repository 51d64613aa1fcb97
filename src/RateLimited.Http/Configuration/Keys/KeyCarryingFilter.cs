using Microsoft.Extensions.Http;
using RateLimited.Http.Pipeline;

namespace RateLimited.Http.Configuration;

/// <summary>
/// Puts the handler that carries keys below all others, the factory's own logging included. It must be the first of the filters: the first is the last to lay hand on the handlers.
/// </summary>
internal sealed class KeyCarryingFilter : IHttpMessageHandlerBuilderFilter
{
    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        if (builder.AdditionalHandlers.OfType<RateLimitingHandler>().FirstOrDefault() is { } limiting)
        {
            builder.AdditionalHandlers.Add(new KeyCarryingHandler(limiting.Pipeline, limiting.ClientsOrigin));
        }
    };
}
