namespace RateLimited.Http.Dashboard.Readings;

/// <summary>The last points of one service: a ring. What is counted from the beginning comes in, what happened within each interval is kept. Not thread-safe.</summary>
/// <param name="capacity">How many points are kept.</param>
internal sealed class ServiceHistory(int capacity)
{
    private readonly Queue<HistoryPoint> _points = new(capacity);
    private (DateTimeOffset At, long Admitted, long Refused, long Unexpected)? _last;

    public IReadOnlyList<HistoryPoint> Points => [.. _points];

    /// <summary>Takes in a reading. The first has nothing to be compared with, and makes no point.</summary>
    public void Add(DateTimeOffset at, ServiceReading reading)
    {
        var admitted = CountOf(reading, "admitted") + CountOf(reading, "waited") + CountOf(reading, "dry_run");
        var refused = CountOf(reading, "refused");
        if (_last is { } last && at > last.At)
        {
            if (_points.Count == capacity)
            {
                _points.Dequeue();
            }

            var seconds = (at - last.At).TotalSeconds;
            _points.Enqueue(new HistoryPoint(
                at,
                reading.Limits.Select(static limit => limit.Ratio).DefaultIfEmpty().Max(),
                reading.Waiting,
                reading.InFlight,
                Math.Max(admitted - last.Admitted, 0) / seconds,
                Math.Max(refused - last.Refused, 0) / seconds,
                Math.Max(reading.Unexpected429 - last.Unexpected, 0)));
        }

        _last = (at, admitted, refused, reading.Unexpected429);
    }

    private static long CountOf(ServiceReading reading, string result) => reading.Checks.GetValueOrDefault(result);
}
