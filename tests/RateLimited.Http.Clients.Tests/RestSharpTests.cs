using System.Net;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using RateLimited.Http.Clients.Tests.Clients;
using RateLimited.Http.Clients.Tests.Upstreams;
using RestSharp;

namespace RateLimited.Http.Clients.Tests;

/// <summary>RestSharp's client, at an API that counts in every interval.</summary>
public sealed class RestSharpTests : ClientContract<IRestClient>
{
    private protected override string Service => "shop";

    private protected override IProviderShape Shape { get; } = new PlainJsonShape();

    private protected override string Limited => """{ "Limits": "25/second" }""";

    private protected override int SendsByItself => 1;

    private protected override int RefusalsByItself => 1;

    [Fact]
    public async Task The_refusal_is_in_the_response_of_who_does_not_want_exceptions()
    {
        await using var bed = await BedAsync("""{ "Limits": "1/hour", "Queue": { "Timeout": "0 s" } }""");
        await AskAsync(bed.Client, "first", Token);

        var response = await bed.Client.ExecuteAsync(new RestRequest("items/second"), Token);

        response.ResponseStatus.ShouldBe(ResponseStatus.Error);
        response.ErrorException.ShouldBeOfType<RateLimitRejectedException>();
    }

    [Fact]
    public async Task The_end_of_waiting_is_in_the_response_of_who_does_not_want_exceptions()
    {
        await using var bed = await BedAsync("""{ "Limits": "1/hour", "Queue": { "Timeout": "2 hours" } }""");
        await AskAsync(bed.Client, "first", Token);
        using var change = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        var aborted = await bed.Client.ExecuteAsync(new RestRequest("items/second"), change.Token);
        var timedOut = await bed.Client.ExecuteAsync(new RestRequest("items/third") { Timeout = TimeSpan.FromMilliseconds(100) }, Token);

        aborted.ResponseStatus.ShouldBe(ResponseStatus.Aborted);
        timedOut.ResponseStatus.ShouldBe(ResponseStatus.TimedOut);
        bed.Upstream.Sends.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_redirect_that_it_follows_is_admitted_like_any_request()
    {
        await using var bed = await BedAsync("""{ "Limits": "10/hour" }""");
        bed.Upstream.RedirectsTo = "/items/elsewhere";

        (await AskAsync(bed.Client, "here", Token)).ShouldBe("elsewhere");

        bed.Upstream.Sends.ShouldBe([307, 200]);
        bed.Limiter.GetStatus().Limits.Single(static limit => limit.Quota == 10).Used.ShouldBe(2);
    }

    private protected override StrictDoor LimitedDoor() => StrictDoor.Sliding(25, TimeSpan.FromSeconds(1));

    private protected override void Add(IServiceCollection services, Uri endpoint, string key) => RestSharpSetup.Add(services, endpoint, key);

    private protected override IRestClient RetriesByItself(HttpClient http, Uri endpoint, string key) => new RestClient(http, new RestClientOptions(endpoint)).AddDefaultHeader("X-Api-Key", key);

    private protected override IRestClient Impatient(HttpClient http, Uri endpoint, string key) =>
        new RestClient(http, new RestClientOptions(endpoint) { Timeout = TimeSpan.FromMilliseconds(100) }).AddDefaultHeader("X-Api-Key", key);

    private protected override async Task<string> AskAsync(IRestClient client, string question, CancellationToken cancellationToken)
    {
        var item = await client.GetAsync<Item>(new RestRequest($"items/{question}"), cancellationToken);
        return item!.Text;
    }

    private protected override async IAsyncEnumerable<string> StreamAsync(IRestClient client, string question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var stream = await client.DownloadStreamAsync(new RestRequest($"downloads/{question}"), cancellationToken);
        using var reader = new StreamReader(stream!);
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return line;
        }
    }

    private protected override RateLimitRejectedException? RefusalIn(Exception exception) => exception as RateLimitRejectedException;

    private protected override bool IsTimeout(Exception exception) => exception is TimeoutException;

    private protected override bool IsCancellation(Exception exception) => exception is HttpRequestException { InnerException: OperationCanceledException };

    private protected override HttpStatusCode? StatusIn(Exception exception) => (exception as HttpRequestException)?.StatusCode;

    internal sealed record Item(string Text);
}
