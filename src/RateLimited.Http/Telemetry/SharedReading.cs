namespace RateLimited.Http.Telemetry;

/// <summary>
/// One status for all gauges of one collection: taking one walks over every partition, and nobody says when a collection begins. A gauge that asks again begins the next one; so does, after a second, any of them, for a listener
/// may collect some and leave out others. Thread-safe.
/// </summary>
/// <param name="time">The time of whoever collects.</param>
internal sealed class SharedReading(TimeProvider time)
{
    private static readonly TimeSpan Freshness = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private ServiceStatus? _status;
    private long _takenAt;
    private uint _shown;

    /// <param name="gauge">Which gauge asks: 0 to 31.</param>
    /// <param name="take">Takes a status. It must not collect.</param>
    public ServiceStatus For(int gauge, Func<ServiceStatus> take)
    {
        var bit = 1u << gauge;
        lock (_lock)
        {
            if (_status is null || (_shown & bit) != 0 || time.GetElapsedTime(_takenAt) >= Freshness)
            {
                _status = take();
                (_takenAt, _shown) = (time.GetTimestamp(), 0);
            }

            _shown |= bit;
            return _status;
        }
    }
}
