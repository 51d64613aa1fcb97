using Anthropic;
using Microsoft.Extensions.DependencyInjection;

namespace RateLimited.Http.Clients.Tests.Clients;

internal static class AnthropicSetup
{
    public static void Add(IServiceCollection services, Uri endpoint, string key)
    {
        #region docs
        services.AddHttpClient("anthropic", client => client.Timeout = Timeout.InfiniteTimeSpan).AddServiceRateLimiting();
        services.AddSingleton(provider => new AnthropicClient
        {
            ApiKey = key,
            BaseUrl = endpoint.ToString(),
            HttpClient = provider.GetRequiredService<IHttpClientFactory>().CreateClient("anthropic"),
            MaxRetries = 0,
        });
        #endregion
    }
}
