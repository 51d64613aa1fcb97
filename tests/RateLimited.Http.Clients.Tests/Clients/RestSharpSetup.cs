using Microsoft.Extensions.DependencyInjection;
using RestSharp;

namespace RateLimited.Http.Clients.Tests.Clients;

internal static class RestSharpSetup
{
    public static void Add(IServiceCollection services, Uri endpoint, string key)
    {
        #region docs
        services.AddHttpClient("shop", client => client.Timeout = Timeout.InfiniteTimeSpan).AddServiceRateLimiting();
        services.AddSingleton(provider => new RestClient(
            provider.GetRequiredService<IHttpClientFactory>().CreateClient("shop"),
            new RestClientOptions(endpoint) { Timeout = TimeSpan.FromMinutes(5) }).AddDefaultHeader("X-Api-Key", key));
        #endregion
    }
}
