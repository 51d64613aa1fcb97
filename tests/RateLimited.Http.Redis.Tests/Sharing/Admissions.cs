using System.Collections.Concurrent;
using System.Diagnostics;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>When requests went, by one clock for all processes.</summary>
internal sealed class Admissions
{
    private readonly ConcurrentQueue<long> _instants = new();

    public int Count => _instants.Count;

    /// <summary>The most that went in any stretch of time.</summary>
    public int MostWithin(TimeSpan length)
    {
        var all = _instants.Order().ToArray();
        var (most, first) = (0, 0);
        for (var i = 0; i < all.Length; i++)
        {
            for (; Stopwatch.GetElapsedTime(all[first], all[i]) >= length; first++)
            {
            }

            most = Math.Max(most, i - first + 1);
        }

        return most;
    }

    /// <summary>Lets requests go as fast as they may, several at a time, until it is told to stop.</summary>
    public Task DriveAsync(IServiceRateLimiter limiter, int callers, CancellationToken token) => Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
    {
        try
        {
            while (!token.IsCancellationRequested)
            {
                using var lease = await limiter.AcquireAsync(cancellationToken: token).ConfigureAwait(false);
                _instants.Enqueue(Stopwatch.GetTimestamp());
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Told to stop.
        }
    }));
}
