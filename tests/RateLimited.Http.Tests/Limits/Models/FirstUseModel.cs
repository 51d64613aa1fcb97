namespace RateLimited.Http.Tests.Limits.Models;

/// <summary>Windows that begin at first use, every charge by itself.</summary>
internal sealed class FirstUseModel(long quota, long window, long guard)
{
    private readonly List<(int Window, long Amount)> _charges = [];
    private int _window;
    private long _end = long.MinValue;
    private long _endBefore = long.MinValue;

    public long Earliest(long now, long cost)
    {
        if (cost > quota)
        {
            return long.MaxValue;
        }

        var isUnsure = guard > 0 && _end - now <= 2 * guard;
        return now >= _end || (!isUnsure && Used(now) + cost <= quota) ? now : _end;
    }

    public int Take(long now, long cost)
    {
        if (now >= _end)
        {
            Open(now + window + guard);
        }

        _charges.Add((_window, cost));
        return _charges.Count - 1;
    }

    public void Change(int charge, long by) => _charges[charge] = _charges[charge] with { Amount = _charges[charge].Amount + by };

    public long Used(long now) => now >= _end ? 0 : _charges.Where(charge => charge.Window == _window).Sum(static charge => charge.Amount);

    /// <summary>The upstream says when the window ends, which is no sooner than a window after the one before it. If none is open, one begins.</summary>
    public void Announce(long now, long end)
    {
        var isOver = now >= _end;
        var before = isOver ? _end : _endBefore;
        end = Math.Clamp(end, now, now + window + guard);
        end = before == long.MinValue ? end : Math.Max(end, before + window);
        if (isOver)
        {
            Open(end);
        }

        _end = end;
    }

    /// <summary>Nothing can follow too soon while nothing has gone.</summary>
    private void Open(long end)
    {
        _endBefore = _charges.Count > 0 ? _end : long.MinValue;
        _window++;
        _end = end;
    }
}
