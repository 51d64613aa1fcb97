namespace RateLimited.Http.Clients.Tests.Upstreams;

/// <summary>A limit without any tolerance, kept where requests arrive. Thread-safe.</summary>
internal abstract class StrictDoor
{
    private readonly Lock _lock = new();

    public static StrictDoor Open { get; } = new Bucket(1_000_000, TimeSpan.FromSeconds(1));

    /// <summary>So many in every interval as long as the window.</summary>
    public static StrictDoor Sliding(int quota, TimeSpan window) => new Log(quota, window);

    /// <summary>So many at once, refilled continuously in the window.</summary>
    public static StrictDoor Refilling(int quota, TimeSpan window) => new Bucket(quota, window);

    public DoorReading Knock()
    {
        lock (_lock)
        {
            return Enter(TimeProvider.System.GetTimestamp());
        }
    }

    protected abstract DoorReading Enter(long now);

    private static long InTimestamps(TimeSpan span) => (long)(span.TotalSeconds * TimeProvider.System.TimestampFrequency);

    private static TimeSpan Between(long from, long to) => TimeProvider.System.GetElapsedTime(from, to);

    private sealed class Log(int quota, TimeSpan window) : StrictDoor
    {
        private readonly Queue<long> _entries = new();
        private readonly long _window = InTimestamps(window);
        private long _newest;

        protected override DoorReading Enter(long now)
        {
            while (_entries.TryPeek(out var oldest) && now - oldest >= _window)
            {
                _entries.Dequeue();
            }

            var isOpen = _entries.Count < quota;
            if (isOpen)
            {
                _entries.Enqueue(now);
                _newest = now;
            }

            return new DoorReading(isOpen, quota, quota - _entries.Count, Between(now, _newest + _window), Between(now, _entries.Peek() + _window));
        }
    }

    private sealed class Bucket(int quota, TimeSpan window) : StrictDoor
    {
        // One request is worth a window's timestamps, so that each timestamp refills the quota: whole numbers throughout.
        private readonly long _request = InTimestamps(window);
        private readonly long _full = InTimestamps(window) * quota;
        private long _level = InTimestamps(window) * quota;
        private long _readAt;

        protected override DoorReading Enter(long now)
        {
            _level = (long)Int128.Min(_full, _level + (Int128)(now - _readAt) * quota);
            _readAt = now;
            var isOpen = _level >= _request;
            if (isOpen)
            {
                _level -= _request;
            }

            return new DoorReading(isOpen, quota, (int)(_level / _request), Between(0, (_full - _level) / quota), Between(0, Math.Max(0, _request - _level) / quota));
        }
    }
}
