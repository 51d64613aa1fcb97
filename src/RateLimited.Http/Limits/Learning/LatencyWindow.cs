namespace RateLimited.Http.Limits.Learning;

/// <summary>The answers that a <see cref="VegasLimit"/> decides by at once. It keeps a bounded number of latencies: more are thinned out evenly.</summary>
internal sealed class LatencyWindow
{
    private const int Fewest = 10;
    private const int Most = 100;

    /// <summary>For how many windows what was under way is remembered.</summary>
    private const int Windows = 10;

    private static readonly long Shortest = TimeSpan.FromMilliseconds(50).Ticks;
    private static readonly long Longest = TimeSpan.FromSeconds(10).Ticks;

    /// <summary>What one takes on the heap.</summary>
    public static readonly long Bytes = ManagedSize.Object((2 * ManagedSize.Reference) + (2 * sizeof(int)) + (3 * sizeof(long))) + ManagedSize.Array(Most, sizeof(long)) + ManagedSize.Array(Windows, sizeof(long));

    private readonly long[] _latencies = new long[Most];
    private readonly long[] _recent = new long[Windows];
    private int _count;
    private int _windows;
    private long _since = -1;
    private double _inFlight;

    /// <summary>The most that was under way in the window.</summary>
    public long MostInFlight { get; private set; }

    /// <summary>The most that was under way in this window and those before.</summary>
    public long RecentMost => Math.Max(_recent.Max(), MostInFlight);

    public double MeanInFlight => _inFlight / Math.Max(_count, 1);

    public void Sent(long inFlight) => MostInFlight = Math.Max(MostInFlight, inFlight);

    public void Add(long now, long latency, long inFlight)
    {
        _since = _since < 0 ? now : _since;
        if (_count < Most)
        {
            _latencies[_count] = latency;
        }

        _count++;
        _inFlight += inFlight;
        Sent(inFlight);
    }

    /// <summary>Whether it holds enough: a limit's worth of answers, in two round trips at least where many come fast.</summary>
    public bool IsFull(long now, int limit, double baseline) =>
        _count >= Math.Clamp(limit, Fewest, Most) && (now - _since >= Math.Min(Math.Max(Shortest, 2 * baseline), Longest) || _count >= 10L * Most);

    public double Throughput(long now) => (double)_count * TimeSpan.TicksPerSecond / Math.Max(now - _since, 1);

    public double Median()
    {
        var latencies = _latencies.AsSpan(0, Math.Min(_count, Most));
        latencies.Sort();
        return latencies[latencies.Length / 2];
    }

    public void Restart(long now)
    {
        _recent[_windows++ % Windows] = MostInFlight;
        (_count, _inFlight, MostInFlight, _since) = (0, 0, 0, now);
    }
}
