using System.Net;
using Azure;
using Azure.Core.Pipeline;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Clients.Tests.Clients;
using RateLimited.Http.Clients.Tests.Upstreams;

namespace RateLimited.Http.Clients.Tests;

/// <summary>A client on Azure.Core, as all of Azure's are.</summary>
public sealed class AzureCoreTests : ClientContract<ThingsClient>
{
    private protected override string Service => "azure";

    private protected override IProviderShape Shape { get; } = new AzureShape();

    private protected override string Limited => """{ "Limits": "25/second" }""";

    private protected override int SendsByItself => 4;

    private protected override int RefusalsByItself => 4;

    private protected override StrictDoor LimitedDoor() => StrictDoor.Sliding(25, TimeSpan.FromSeconds(1));

    private protected override void Add(IServiceCollection services, Uri endpoint, string key) => AzureSetup.Add(services, endpoint, key);

    private protected override ThingsClient RetriesByItself(HttpClient http, Uri endpoint, string key) =>
        new(endpoint, new AzureKeyCredential(key), new ThingsClientOptions { Transport = new HttpClientTransport(http), Retry = { Delay = TimeSpan.FromMilliseconds(1) } });

    private protected override ThingsClient Impatient(HttpClient http, Uri endpoint, string key) => new(endpoint, new AzureKeyCredential(key), new ThingsClientOptions
    {
        Transport = new HttpClientTransport(http),
        Retry = { MaxRetries = 0, NetworkTimeout = TimeSpan.FromMilliseconds(100) },
    });

    private protected override Task<string> AskAsync(ThingsClient client, string question, CancellationToken cancellationToken) => client.GetThingAsync(question, cancellationToken);

    private protected override IAsyncEnumerable<string> StreamAsync(ThingsClient client, string question, CancellationToken cancellationToken) =>
        client.ReadLinesAsync(question, cancellationToken);

    private protected override RateLimitRejectedException? RefusalIn(Exception exception) =>
        exception is RequestFailedException { Status: 0, InnerException: RateLimitRejectedException refusal } ? refusal : null;

    private protected override HttpStatusCode? StatusIn(Exception exception) => (HttpStatusCode?)(exception as RequestFailedException)?.Status;
}
