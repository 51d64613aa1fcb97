using System.ClientModel;
using System.ClientModel.Primitives;
using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;
using OpenAI.Chat;
using RateLimited.Http.Clients.Tests.Clients;
using RateLimited.Http.Clients.Tests.Upstreams;

namespace RateLimited.Http.Clients.Tests;

/// <summary>OpenAI's client, which discovers its limits from the headers of the first answer.</summary>
public sealed class OpenAITests : ClientContract<ChatClient>
{
    private protected override string Service => "openai";

    private protected override IProviderShape Shape { get; } = new OpenAIShape();

    private protected override string Limited => """{ "Preset": "openai" }""";

    private protected override int SendsByItself => 4;

    private protected override int RefusalsByItself => 4;

    private protected override StrictDoor LimitedDoor() => StrictDoor.Refilling(25, TimeSpan.FromSeconds(1));

    private protected override void Add(IServiceCollection services, Uri endpoint, string key) => OpenAISetup.Add(services, new Uri(endpoint, "v1"), key);

    private protected override ChatClient RetriesByItself(HttpClient http, Uri endpoint, string key) =>
        new("gpt-4o-mini", new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri(endpoint, "v1"), Transport = new HttpClientPipelineTransport(http) });

    private protected override ChatClient Impatient(HttpClient http, Uri endpoint, string key) => new("gpt-4o-mini", new ApiKeyCredential(key), new OpenAIClientOptions
    {
        Endpoint = new Uri(endpoint, "v1"),
        Transport = new HttpClientPipelineTransport(http),
        RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
        NetworkTimeout = TimeSpan.FromMilliseconds(100),
    });

    private protected override async Task<string> AskAsync(ChatClient client, string question, CancellationToken cancellationToken)
    {
        ChatCompletion completion = await client.CompleteChatAsync([new UserChatMessage(question)], cancellationToken: cancellationToken);
        return completion.Content[0].Text;
    }

    private protected override async IAsyncEnumerable<string> StreamAsync(ChatClient client, string question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var update in client.CompleteChatStreamingAsync([new UserChatMessage(question)], cancellationToken: cancellationToken))
        {
            foreach (var part in update.ContentUpdate)
            {
                if (part.Text.Length > 0)
                {
                    yield return part.Text;
                }
            }
        }
    }

    private protected override RateLimitRejectedException? RefusalIn(Exception exception) =>
        exception is ClientResultException { Status: 0, InnerException: RateLimitRejectedException refusal } ? refusal : null;

    private protected override HttpStatusCode? StatusIn(Exception exception) => (HttpStatusCode?)(exception as ClientResultException)?.Status;
}
