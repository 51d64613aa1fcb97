namespace Quickstart.Upstreams.Models;

/// <summary>A bucket that is full at first and refills continuously: in every interval L at most <c>capacity + quota / window · L</c>.</summary>
internal sealed class TokenBucketModel(int capacity, int quota, TimeSpan window) : UpstreamModel
{
    private readonly List<TimeSpan> _admitted = [];

    // In parts of a token, so that nothing is lost to rounding: a token is window.Ticks parts, a tick refills quota of them.
    private long _level = capacity * window.Ticks;
    private TimeSpan _filledAt;

    public override TimeSpan RetryAfter(ArrivalTime now) => TimeSpan.FromTicks(Exact.CeilingOf(1, Math.Max(0, window.Ticks - LevelAt(now.Monotonic)), quota));

    /// <remarks>
    /// <c>theoretical = capacity + quota / window · D</c>, rounded down, with D from the first arrival to the end: exactly what a client gets that takes every token the moment it
    /// is there. It includes the full bucket of the start; nothing more can be had.
    /// </remarks>
    public override UpstreamReport Report(ArrivalTime end)
    {
        if (FirstArrival is not { } first)
            return default;
        var refilled = (long)((Int128)(end.Monotonic - first.Monotonic).Ticks * quota / window.Ticks);
        return new UpstreamReport(_admitted.Count, capacity + refilled, Refused, AnyWindow.Most(_admitted, window));
    }

    protected override bool TryAdmit(ArrivalTime now)
    {
        _level = LevelAt(now.Monotonic);
        _filledAt = now.Monotonic;
        if (_level < window.Ticks)
            return false;
        _level -= window.Ticks;
        _admitted.Add(now.Monotonic);
        return true;
    }

    private long LevelAt(TimeSpan now) => (long)Int128.Min(capacity * window.Ticks, _level + (Int128)(now - _filledAt).Ticks * quota);
}
