using System.Runtime.CompilerServices;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace RateLimited.Http.Clients.Tests.Clients;

public sealed class ThingsClientOptions : ClientOptions;

/// <summary>A client on Azure.Core as Azure's own are: one pipeline, a key's policy, <see cref="RequestFailedException"/> for whatever is not a success.</summary>
public sealed class ThingsClient(Uri endpoint, AzureKeyCredential credential, ThingsClientOptions options)
{
    private readonly HttpPipeline _pipeline = HttpPipelineBuilder.Build(options, new KeyPolicy(credential));

    public async Task<string> GetThingAsync(string name, CancellationToken cancellationToken)
    {
        using var message = Message("things", name);
        await _pipeline.SendAsync(message, cancellationToken);
        ThrowIfFailed(message);
        using var body = JsonDocument.Parse(message.Response.Content);
        return body.RootElement.GetProperty("text").GetString()!;
    }

    public async IAsyncEnumerable<string> ReadLinesAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var message = Message("contents", name);
        message.BufferResponse = false;
        await _pipeline.SendAsync(message, cancellationToken);
        ThrowIfFailed(message);
        using var reader = new StreamReader(message.ExtractResponseContent()!);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return line;
        }
    }

    private static void ThrowIfFailed(HttpMessage message)
    {
        if (message.Response.IsError)
        {
            throw new RequestFailedException(message.Response);
        }
    }

    private HttpMessage Message(string collection, string name)
    {
        var message = _pipeline.CreateMessage();
        message.Request.Method = RequestMethod.Get;
        message.Request.Uri.Reset(new Uri(endpoint, $"{collection}/{name}"));
        message.Request.Uri.AppendQuery("api-version", "2026-01-01");
        return message;
    }

    private sealed class KeyPolicy(AzureKeyCredential credential) : HttpPipelineSynchronousPolicy
    {
        public override void OnSendingRequest(HttpMessage message) => message.Request.Headers.SetValue("api-key", credential.Key);
    }
}
