using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;
using OpenAI.Chat;

namespace RateLimited.Http.Clients.Tests.Clients;

internal static class OpenAISetup
{
    public static void Add(IServiceCollection services, Uri endpoint, string key)
    {
        #region docs
        services.AddHttpClient("openai", client => client.Timeout = Timeout.InfiniteTimeSpan).AddServiceRateLimiting();
        services.AddSingleton(provider => new ChatClient("gpt-4o-mini", new ApiKeyCredential(key), new OpenAIClientOptions
        {
            Endpoint = endpoint,
            Transport = new HttpClientPipelineTransport(provider.GetRequiredService<IHttpClientFactory>().CreateClient("openai")),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = TimeSpan.FromMinutes(5),
        }));
        #endregion
    }
}
