namespace RateLimited.Http.Alerts.Readings;

/// <summary>What was counted of one service since the start: a row of numbers that only grow. Thread-safe; adding allocates nothing.</summary>
internal sealed class ServiceCounters
{
    public const int Checks = 0;
    public const int Limited = 1;
    public const int Unexpected429 = 2;
    public const int Trips = 3;
    public const int Attempts = 4;
    public const int Errors = 5;
    public const int Durations = 6;
    public const int StoreDurations = Durations + DurationCounts.Buckets;
    public const int Length = StoreDurations + DurationCounts.Buckets;

    private readonly long[] _counts = new long[Length];

    public void Add(int counter, long amount) => Interlocked.Add(ref _counts[counter], amount);

    public long[] Read()
    {
        var counts = new long[Length];
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = Interlocked.Read(ref _counts[i]);
        }

        return counts;
    }
}
