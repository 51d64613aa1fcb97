namespace Quickstart.Upstreams.Models;

/// <summary>At most the quota in each window; windows begin at whole multiples of their length since 1970, by UTC.</summary>
internal sealed class FixedWindowModel(int quota, TimeSpan window) : UpstreamModel
{
    private readonly Dictionary<long, int> _admittedByWindow = [];

    public override TimeSpan RetryAfter(ArrivalTime now) => (IndexOf(now) + 1) * window - now.SinceEpoch;

    /// <remarks>
    /// Whole windows only: <c>theoretical = Q · n</c> for the n windows that lie wholly inside the run. The first is entered and the last is left part-way, and how much
    /// of their quota was still to be had depends on the second the program was started in. Their refusals count.
    /// </remarks>
    public override UpstreamReport Report(ArrivalTime end)
    {
        if (FirstArrival is not { } first)
            return default;
        var (from, to) = (IndexOf(first) + 1, IndexOf(end));
        var ok = _admittedByWindow.Where(count => count.Key >= from && count.Key < to).Sum(count => count.Value);
        return new UpstreamReport(ok, quota * Math.Max(0, to - from), Refused, _admittedByWindow.Values.DefaultIfEmpty().Max());
    }

    protected override bool TryAdmit(ArrivalTime now)
    {
        var index = IndexOf(now);
        var admitted = _admittedByWindow.GetValueOrDefault(index);
        if (admitted >= quota)
            return false;
        _admittedByWindow[index] = admitted + 1;
        return true;
    }

    private long IndexOf(ArrivalTime time) => time.SinceEpoch.Ticks / window.Ticks;
}
