using RateLimited.Http;

namespace Watched.Work;

/// <summary>Reads and changes a catalog, now and then for somebody who waits for it.</summary>
internal sealed class CatalogWork(IHttpClientFactory clients, TimeProvider time) : Caller(atOnce: 30, TimeSpan.FromMilliseconds(100), time)
{
    private readonly HttpClient _client = clients.CreateClient("catalog");

    protected override async Task WorkAsync(int number, int turn, CancellationToken cancellationToken)
    {
        using var request = turn % 10 == 0
            ? new HttpRequestMessage(HttpMethod.Post, "/changes") { Content = new StringContent("{}") }
            : new HttpRequestMessage(HttpMethod.Get, $"/things/{number}");
        using var response = await _client.SendAsync(request.WithPriority(number < 5 ? RequestPriority.High : RequestPriority.Normal), cancellationToken);
    }
}
