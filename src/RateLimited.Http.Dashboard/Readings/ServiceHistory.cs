namespace RateLimited.Http.Dashboard.Readings;

/// <summary>The last points of one service: a ring. What is counted from the beginning comes in, what happened within each interval is kept. Not thread-safe.</summary>
/// <param name="capacity">How many points are kept.</param>
internal sealed class ServiceHistory(int capacity)
{
    private readonly Queue<HistoryPoint> _points = new(capacity);
    private HistorySample? _last;

    public IReadOnlyList<HistoryPoint> Points => [.. _points];

    /// <summary>Takes in a sample. The first has nothing to be compared with, and makes no point; nor does one that is not newer than the last.</summary>
    public void Add(HistorySample sample)
    {
        if (_last is { } last && sample.At > last.At)
        {
            if (_points.Count == capacity)
            {
                _points.Dequeue();
            }

            var seconds = (sample.At - last.At).TotalSeconds;
            _points.Enqueue(new HistoryPoint(
                sample.At,
                sample.Usage,
                sample.Waiting,
                sample.InFlight,
                Math.Max(sample.Admitted - last.Admitted, 0) / seconds,
                Math.Max(sample.Refused - last.Refused, 0) / seconds,
                Math.Max(sample.Unexpected429 - last.Unexpected429, 0)));
        }

        _last = sample;
    }
}
