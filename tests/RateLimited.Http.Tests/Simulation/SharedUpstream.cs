using RateLimited.Http.Limits;

namespace RateLimited.Http.Tests.Simulation;

/// <summary>An upstream that counts everybody's requests and says after each what is left. All times are ticks.</summary>
internal abstract class SharedUpstream(int limit, long window)
{
    public int Limit => limit;

    public long Window => window;

    public abstract bool Take(long now);

    public abstract QuotaReport Report(long now);

    /// <summary>The number of the window that an instant lies in, by the upstream's own windows where it has any. Instants never fall.</summary>
    public virtual long WindowAt(long now) => now / Window;
}

/// <summary>Windows at whole multiples of their length, or from the first use on; resets in whole seconds, as most say them, unless it is told otherwise.</summary>
internal sealed class SharedWindow(int limit, long window, long? phase) : SharedUpstream(limit, window)
{
    private long _end;
    private long _number = -1;
    private int _taken;

    /// <summary>To what resets are rounded up.</summary>
    public long Rounding { get; init; } = TimeSpan.TicksPerSecond;

    public override bool Take(long now)
    {
        Roll(now);
        if (_taken == Limit)
        {
            return false;
        }

        _taken++;
        return true;
    }

    public override QuotaReport Report(long now)
    {
        Roll(now);
        var resetAfter = (_end - now + Rounding - 1) / Rounding * Rounding;
        return new QuotaReport { Name = "shared".AsMemory(), Unit = UnitCost.Requests, Limit = Limit, Remaining = Limit - _taken, ResetAfter = resetAfter };
    }

    public override long WindowAt(long now)
    {
        Roll(now);
        return _number;
    }

    private void Roll(long now)
    {
        if (now >= _end)
        {
            _number++;
            _end = phase is { } shift ? ((now - shift + Window) / Window * Window) + shift : now + Window;
            _taken = 0;
        }
    }
}

/// <summary>A bucket that flows back all the time and says when it would be full.</summary>
internal sealed class SharedBucket(int limit, long window) : SharedUpstream(limit, window)
{
    private double _level = limit;
    private long _at;

    public override bool Take(long now)
    {
        Flow(now);
        if (_level < 1)
        {
            return false;
        }

        _level--;
        return true;
    }

    public override QuotaReport Report(long now)
    {
        Flow(now);
        return new QuotaReport
        {
            Name = "shared".AsMemory(),
            Unit = UnitCost.Requests,
            Limit = Limit,
            Remaining = (long)_level,
            ResetAfter = (long)((Limit - _level) * Window / Limit),
            Window = Window,
            Refills = true,
        };
    }

    private void Flow(long now)
    {
        _level = Math.Min(Limit, _level + ((double)Limit * (now - _at) / Window));
        _at = now;
    }
}
