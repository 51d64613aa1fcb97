using System.Numerics;

namespace RateLimited.Http.Tests.Limits.Models;

/// <summary>A token bucket as one would write it with fractions of any size: so many tokens, in parts of 1/window.</summary>
internal sealed class BucketModel(long quota, long window, long burst, long start)
{
    private BigInteger _level = (BigInteger)burst * window;
    private long _at = start;

    public long Earliest(long now, long cost)
    {
        if (cost > burst)
        {
            return long.MaxValue;
        }

        Flow(now);
        var missing = ((BigInteger)cost * window) - _level;
        return missing <= 0 ? now : now + (long)((missing + quota - 1) / quota);
    }

    public void Take(long now, long cost)
    {
        Flow(now);
        _level -= (BigInteger)cost * window;
    }

    /// <summary>How much is missing until full, rounded up.</summary>
    public long Used(long now)
    {
        Flow(now);
        var missing = ((BigInteger)burst * window) - _level;
        return (long)((missing + window - 1) / window);
    }

    private void Flow(long now)
    {
        _level = BigInteger.Min((BigInteger)burst * window, _level + ((BigInteger)quota * (now - _at)));
        _at = now;
    }
}
