using Azure;
using Azure.Core.Pipeline;
using Microsoft.Extensions.DependencyInjection;

namespace RateLimited.Http.Clients.Tests.Clients;

internal static class AzureSetup
{
    public static void Add(IServiceCollection services, Uri endpoint, string key)
    {
        #region docs
        services.AddHttpClient("azure", client => client.Timeout = Timeout.InfiniteTimeSpan).AddServiceRateLimiting();
        services.AddSingleton(provider => new ThingsClient(endpoint, new AzureKeyCredential(key), new ThingsClientOptions
        {
            Transport = new HttpClientTransport(provider.GetRequiredService<IHttpClientFactory>().CreateClient("azure")),
            Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromMinutes(5) },
        }));
        #endregion
    }
}
