namespace Quickstart.Upstreams.Models;

/// <summary>The exact sliding log: in every interval as long as the window, at most the quota. It remembers each admission.</summary>
internal sealed class SlidingLogModel(int quota, TimeSpan window) : UpstreamModel
{
    private readonly List<TimeSpan> _admitted = [];

    public override TimeSpan RetryAfter(ArrivalTime now) =>
        _admitted.Count < quota ? TimeSpan.Zero : _admitted[^quota] + window - now.Monotonic;

    /// <remarks>
    /// Admission number i + Q comes at least W after number i. So the time from admission 1 to admission m·Q + 1 is at least m·W, and the m·Q admissions in between
    /// (the last not counted, it opens the next stretch) are compared with what that time D holds at the full rate: <c>theoretical = Q · D / W</c>, rounded up.
    /// Whoever sends again the moment he may gets exactly 100%, be it in bursts or evenly. Comparing all admissions up to an arbitrary end instead would count the first burst for
    /// nothing: ten bursts in ten windows look like 100% even when each came 45 ms late.
    /// A client that stopped is not let off: when more than W has passed since admission m·Q + 1 without Q more, everything up to the end counts, admissions and time.
    /// </remarks>
    public override UpstreamReport Report(ArrivalTime end)
    {
        if (FirstArrival is null || _admitted.Count == 0)
            return new UpstreamReport(0, 0, Refused, 0);
        var ok = (_admitted.Count - 1) / quota * quota;
        var close = _admitted[ok];
        if (end.Monotonic - close > window)
            (ok, close) = (_admitted.Count, end.Monotonic);
        var theoretical = Exact.CeilingOf(quota, (close - _admitted[0]).Ticks, window.Ticks);
        return new UpstreamReport(ok, theoretical, Refused, AnyWindow.Most(_admitted, window));
    }

    protected override bool TryAdmit(ArrivalTime now)
    {
        if (_admitted.Count >= quota && now.Monotonic - _admitted[^quota] < window)
            return false;
        _admitted.Add(now.Monotonic);
        return true;
    }
}
