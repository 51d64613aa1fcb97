namespace Quickstart.Upstreams;

/// <summary>How long requests are on their way: uniform between two bounds, from a seed, so that each client meets the same network.</summary>
internal sealed class NetworkLatency(int seed, TimeSpan least, TimeSpan most)
{
    private readonly Random _random = new(seed);

    public TimeSpan Next()
    {
        lock (_random)
            return least + _random.NextDouble() * (most - least);
    }
}
