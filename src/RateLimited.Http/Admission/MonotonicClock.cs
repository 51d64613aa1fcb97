using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>Elapsed time since the clock was made, in ticks of 100 ns, and what to add to it to get UTC. Thread-safe.</summary>
internal sealed class MonotonicClock
{
    private const long WallIsStaleAfter = TimeSpan.TicksPerSecond;
    private const long CoarseIsStaleAfter = 1000;
    private const int MostTries = 8;

    /// <summary>What the system's clock counts in on most machines; dividing by a constant costs a tenth of dividing by a number.</summary>
    private const long NanosecondsPerTick = 100;

    private readonly long _frequency;
    private readonly long _perTick;
    private long _coarseOffset;
    private long _coarseReadAt = long.MinValue / 2;
    private long _wallOffset;
    private long _wallReadAt = -WallIsStaleAfter;

    /// <param name="time">What it reads.</param>
    /// <param name="age">What it shows when it is made, in ticks.</param>
    public MonotonicClock(TimeProvider time, long age = 0)
    {
        Time = time;
        _frequency = time.TimestampFrequency;
        Origin = time.GetTimestamp() - (long)((Int128)age * _frequency / TimeSpan.TicksPerSecond);
        _perTick = _frequency % TimeSpan.TicksPerSecond == 0 ? _frequency / TimeSpan.TicksPerSecond : 0;
        HasCoarse = ReferenceEquals(time, TimeProvider.System);
    }

    public TimeProvider Time { get; }

    /// <summary>The timestamp that it counts from.</summary>
    public long Origin { get; }

    public long Now
    {
        get
        {
            var elapsed = Time.GetTimestamp() - Origin;
            return _perTick == NanosecondsPerTick ? elapsed / NanosecondsPerTick : _perTick != 0 ? elapsed / _perTick : (long)((Int128)elapsed * TimeSpan.TicksPerSecond / _frequency);
        }
    }

    /// <summary>Whether <see cref="CoarseMilliseconds"/> can be used: only the system's own clock has one.</summary>
    public bool HasCoarse { get; }

    /// <summary>A clock that costs a quarter of the exact one and lags behind it by a few milliseconds. Good for bounds only.</summary>
    public static long CoarseMilliseconds => Environment.TickCount64;

    /// <summary>Now, give or take a tick of the coarse clock, and at its price where there is one: to tell how old something grows.</summary>
    public long Roughly
    {
        get
        {
            if (!HasCoarse)
            {
                return Now;
            }

            var coarse = CoarseMilliseconds;
            return (coarse * TimeSpan.TicksPerMillisecond) + (coarse - Volatile.Read(ref _coarseReadAt) < CoarseIsStaleAfter ? Volatile.Read(ref _coarseOffset) : ReadCoarseOffset());
        }
    }

    /// <summary>
    /// What to add to a monotonic instant to get UTC ticks, at most a second old: a wall clock that jumps moves where windows begin, never how long anything takes.
    /// </summary>
    public long WallOffsetAt(long now)
    {
        if (now - Volatile.Read(ref _wallReadAt) is >= 0 and < WallIsStaleAfter)
        {
            return Volatile.Read(ref _wallOffset);
        }

        // The monotonic clock is read last: a pause between the two makes windows begin late, never early.
        var wall = Time.GetUtcNow().UtcTicks;
        var offset = wall - Now;
        Volatile.Write(ref _wallOffset, offset);
        Volatile.Write(ref _wallReadAt, now);
        return offset;
    }

    public Moment At(long guard)
    {
        var now = Now;
        return new Moment(now, WallOffsetAt(now), guard);
    }

    /// <summary>What to add to the coarse clock: the two may drift apart. Read between two readings of it that agree, or who knows how long one of them has waited for a processor.</summary>
    private long ReadCoarseOffset()
    {
        long coarse, now;
        var tries = 0;
        do
        {
            coarse = CoarseMilliseconds;
            now = Now;
        }
        while (CoarseMilliseconds != coarse && ++tries < MostTries);

        var offset = now - (coarse * TimeSpan.TicksPerMillisecond);
        Volatile.Write(ref _coarseOffset, offset);
        Volatile.Write(ref _coarseReadAt, coarse);
        return offset;
    }
}
