using System.Net;
using System.Runtime.CompilerServices;
using Anthropic;
using Anthropic.Exceptions;
using Anthropic.Models.Messages;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Clients.Tests.Clients;
using RateLimited.Http.Clients.Tests.Upstreams;

namespace RateLimited.Http.Clients.Tests;

/// <summary>Anthropic's client, with its provider's preset and limits of its own account.</summary>
public sealed class AnthropicTests : ClientContract<AnthropicClient>
{
    private protected override string Service => "anthropic";

    private protected override IProviderShape Shape { get; } = new AnthropicShape();

    private protected override string Limited => """{ "Preset": "anthropic", "Limits": { "Name": "requests", "Quota": 25, "Window": "1 s", "Algorithm": "TokenBucket" } }""";

    private protected override int SendsByItself => 3;

    private protected override int RefusalsByItself => 3;

    private protected override StrictDoor LimitedDoor() => StrictDoor.Refilling(25, TimeSpan.FromSeconds(1));

    private protected override void Add(IServiceCollection services, Uri endpoint, string key) => AnthropicSetup.Add(services, endpoint, key);

    private protected override AnthropicClient RetriesByItself(HttpClient http, Uri endpoint, string key) =>
        new() { ApiKey = key, BaseUrl = endpoint.ToString(), HttpClient = http };

    private protected override AnthropicClient Impatient(HttpClient http, Uri endpoint, string key) =>
        new() { ApiKey = key, BaseUrl = endpoint.ToString(), HttpClient = http, MaxRetries = 0, Timeout = TimeSpan.FromMilliseconds(100) };

    private protected override async Task<string> AskAsync(AnthropicClient client, string question, CancellationToken cancellationToken)
    {
        var message = await client.Messages.Create(Ask(question), cancellationToken);
        return message.Content[0].TryPickText(out var text) ? text.Text : "";
    }

    private protected override async IAsyncEnumerable<string> StreamAsync(AnthropicClient client, string question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var happening in client.Messages.CreateStreaming(Ask(question), cancellationToken))
        {
            if (happening.TryPickContentBlockDelta(out var delta) && delta.Delta.TryPickText(out var text))
            {
                yield return text.Text;
            }
        }
    }

    private protected override RateLimitRejectedException? RefusalIn(Exception exception) =>
        exception is AnthropicIOException { InnerException: RateLimitRejectedException refusal } ? refusal : null;

    private protected override HttpStatusCode? StatusIn(Exception exception) => (exception as AnthropicApiException)?.StatusCode;

    private static MessageCreateParams Ask(string question) =>
        new() { Model = "claude-sonnet-4-5", MaxTokens = 100, Messages = [new UserMessageParam(question)] };
}
