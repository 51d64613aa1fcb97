namespace RateLimited.Http.Alerts.Readings;

/// <summary>What was counted within the last while, from counts that only grow. Holds one sample for each time it is asked to, and none that is older than need be. Not thread-safe; time is handed in.</summary>
internal sealed class CountWindow
{
    private readonly TimeSpan _length;
    private readonly LinkedList<(TimeSpan At, long[] Counts)> _samples = new();

    /// <param name="length">How far back it reaches.</param>
    /// <param name="since">Before when nothing was counted.</param>
    /// <param name="counters">How many counts there are.</param>
    public CountWindow(TimeSpan length, TimeSpan since, int counters)
    {
        _length = length;
        _samples.AddLast((since, new long[counters]));
    }

    public int Samples => _samples.Count;

    public void Add(TimeSpan now, long[] counts)
    {
        _samples.AddLast((now, counts));
        while (_samples.First!.Next is { } second && second.Value.At <= now - _length)
        {
            _samples.RemoveFirst();
        }
    }

    /// <summary>What was counted since the last sample that is at least as old as <paramref name="within"/>, up to the newest; since the oldest where none is.</summary>
    public long[] Within(TimeSpan within)
    {
        var newest = _samples.Last!.Value;
        var from = _samples.Last;
        while (from!.Previous is not null && from.Value.At > newest.At - within)
        {
            from = from.Previous;
        }

        var counted = new long[newest.Counts.Length];
        for (var i = 0; i < counted.Length; i++)
        {
            counted[i] = newest.Counts[i] - from.Value.Counts[i];
        }

        return counted;
    }
}
