namespace Watched.Work;

/// <summary>Searches more than the quota lets, so that some are refused.</summary>
internal sealed class SearchWork(IHttpClientFactory clients, TimeProvider time) : Caller(atOnce: 60, TimeSpan.FromSeconds(1), time)
{
    private readonly HttpClient _client = clients.CreateClient("search");

    protected override Task WorkAsync(int number, int turn, CancellationToken cancellationToken) => _client.GetStringAsync(new Uri($"/search?q={number}", UriKind.Relative), cancellationToken);
}
