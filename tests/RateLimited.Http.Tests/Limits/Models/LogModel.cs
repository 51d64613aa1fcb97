namespace RateLimited.Http.Tests.Limits.Models;

/// <summary>A sliding window as one would write it with memory to spare: every charge by itself.</summary>
internal sealed class LogModel(long quota, long window)
{
    private readonly List<(long Instant, long Amount)> _log = [];

    /// <summary>When all of a cost may go.</summary>
    public long Earliest(long now, long cost)
    {
        if (cost > quota)
        {
            return long.MaxValue;
        }

        Int128 used = 0;
        var alive = _log.Where(charge => charge.Instant > now - window).ToList();
        foreach (var charge in alive)
        {
            used += charge.Amount;
        }

        foreach (var charge in alive)
        {
            if (used + cost <= quota)
            {
                break;
            }

            used -= charge.Amount;
            now = charge.Instant + window;
        }

        return now;
    }

    public int Take(long now, long cost)
    {
        _log.Add((now, cost));
        return _log.Count - 1;
    }

    public void Change(int charge, long by) => _log[charge] = (_log[charge].Instant, _log[charge].Amount + by);

    public long Used(long now) => _log.Where(charge => charge.Instant > now - window).Sum(static charge => charge.Amount);
}
