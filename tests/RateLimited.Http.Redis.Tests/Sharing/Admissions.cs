using System.Collections.Concurrent;
using System.Diagnostics;

namespace RateLimited.Http.Redis.Tests.Sharing;

/// <summary>When requests were asked for and when they went, by one clock for all processes. Each was admitted between the two: what lies in a stretch of time with both was admitted in it for certain.</summary>
internal sealed class Admissions
{
    private readonly ConcurrentQueue<(long Asked, long Went)> _all = new();

    public int Count => _all.Count;

    /// <summary>The most that were admitted in any stretch of time for certain.</summary>
    public int MostWithin(TimeSpan length)
    {
        var all = _all.ToArray();
        return all.Max(first => all.Count(each => each.Asked >= first.Asked && Stopwatch.GetElapsedTime(first.Asked, each.Went) <= length));
    }

    /// <summary>Lets requests go as fast as they may, several at a time, until it is told to stop.</summary>
    public Task DriveAsync(IServiceRateLimiter limiter, int callers, CancellationToken token) => Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
    {
        try
        {
            while (!token.IsCancellationRequested)
            {
                var asked = Stopwatch.GetTimestamp();
                using var lease = await limiter.AcquireAsync(cancellationToken: token).ConfigureAwait(false);
                _all.Enqueue((asked, Stopwatch.GetTimestamp()));
            }
        }
        catch (OperationCanceledException) when (token.IsCancellationRequested)
        {
            // Told to stop.
        }
    }));
}
