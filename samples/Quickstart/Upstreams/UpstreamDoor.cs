using Quickstart.Upstreams.Models;

namespace Quickstart.Upstreams;

/// <summary>One upstream as one client meets it: a model of its own, a network before it, and the clocks it decides by. Thread-safe.</summary>
internal sealed class UpstreamDoor(UpstreamModel model, NetworkLatency latency, NetworkLatency? work, TimeProvider time)
{
    private readonly Lock _gate = new();
    private readonly long _origin = time.GetTimestamp();
    private UpstreamReport? _final;
    private int _inside;

    /// <summary>How long an admitted call works, holding its place; null for upstreams that answer at once.</summary>
    public NetworkLatency? Work => work;

    /// <summary>How many requests are on their way or being answered.</summary>
    public int Inside => Volatile.Read(ref _inside);

    /// <summary>The request is on its way, then it is decided.</summary>
    /// <returns>Null when it was admitted; else what <c>Retry-After</c> says.</returns>
    public async Task<TimeSpan?> EnterAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _inside);
        await Task.Delay(latency.Next(), time, cancellationToken);
        lock (_gate)
        {
            // The clock is read under the lock, or two arrivals could be counted in the wrong order.
            var now = ArrivalTime.Read(time, _origin);
            return model.Arrive(now) ? null : model.RetryAfter(now);
        }
    }

    /// <summary>The work of an admitted request has ended; its place is free.</summary>
    public void Depart()
    {
        lock (_gate)
            model.Depart(ArrivalTime.Read(time, _origin));
    }

    /// <summary>The answer has gone, or the caller has.</summary>
    public void Leave() => Interlocked.Decrement(ref _inside);

    /// <summary>The books so far; once closed, as they were then.</summary>
    public UpstreamReport Report()
    {
        lock (_gate)
            return _final ?? model.Report(ArrivalTime.Read(time, _origin));
    }

    /// <summary>Ends the measured time. What arrives later is answered and not counted.</summary>
    public void CloseBooks()
    {
        lock (_gate)
            _final ??= model.Report(ArrivalTime.Read(time, _origin));
    }
}
