using RateLimited.Http.Arena.Demand;

namespace RateLimited.Http.Arena.Upstreams;

/// <summary>Somebody else who draws on the quota of an upstream: at random, up to a third of it, and mindful of no limit.</summary>
internal static class Stranger
{
    private const double PartOfQuota = 0.25;

    /// <summary>Calls until it is told to stop.</summary>
    public static async Task CallAsync(ArenaUpstream upstream, Uri address, int seed, TimeProvider time, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        var random = DemandPlan.RandomOf(upstream, seed + 1);
        var gap = upstream.Window / (upstream.PerWindow * PartOfQuota);
        try
        {
            while (true)
            {
                await Task.Delay(gap * 2 * random.NextDouble(), time, cancellationToken);
                using var request = new HttpRequestMessage(HttpMethod.Get, address);
                request.Headers.Add(ArenaHeaders.Key, ArenaHeaders.StrangersKey);
                using var response = await client.SendAsync(request, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The cell has ended.
        }
    }
}
