namespace RateLimited.Http.Tests.Limits.Models;

/// <summary>Fixed windows as one would write them with memory to spare: every charge by itself, and a list of instants at which windows begin.</summary>
/// <param name="quota">How much may go in each.</param>
/// <param name="guard">How long before its end what is sent counts in the next window as well.</param>
/// <param name="nextAfter">The first instant after a given one at which a window begins.</param>
internal sealed class GridModel(long quota, long guard, Func<long, long> nextAfter)
{
    private readonly List<(long End, bool IsLate, long Amount)> _charges = [];

    public long Earliest(long now, long cost)
    {
        if (cost > quota)
        {
            return long.MaxValue;
        }

        // Nothing but the beginning of a window makes room.
        var at = now;
        while (!MayGo(at, cost))
        {
            at = nextAfter(at);
        }

        return at;
    }

    public int Take(long now, long cost)
    {
        _charges.Add((nextAfter(now), IsLate(now), cost));
        return _charges.Count - 1;
    }

    public void Change(int charge, long by) => _charges[charge] = _charges[charge] with { Amount = Math.Max(_charges[charge].Amount + by, 0) };

    public long Used(long now) => Counted(nextAfter(now), now, _ => true);

    private bool MayGo(long now, long cost)
    {
        var end = nextAfter(now);
        var hasRoom = cost <= quota - Counted(end, now, static _ => true);
        return hasRoom && (!IsLate(now) || cost <= quota - Counted(end, now, static isLate => isLate, isNext: true));
    }

    private bool IsLate(long now) => guard > 0 && nextAfter(now) - now <= guard;

    private long Counted(long end, long now, Func<bool, bool> which, bool isNext = false)
    {
        var sum = 0L;
        foreach (var charge in _charges)
        {
            var isOwn = charge.End == end && which(charge.IsLate);
            var isCarried = !isNext && charge.IsLate && charge.End < end && nextAfter(charge.End) == end && charge.End <= now;
            sum += isOwn || isCarried ? charge.Amount : 0;
        }

        return sum;
    }
}
