namespace RateLimited.Http.Testing;

/// <summary>
/// The clocks of one machine among several that live in one time: its wall clock is off by <see cref="Skew"/> and runs too fast or too slow by <see cref="Drift"/>, its monotonic clock
/// counts from its own start. Timers are the shared time's, and so fire in one order for all machines. Thread-safe.
/// </summary>
/// <param name="inner">The time that all share, often a <see cref="ManualTimeProvider"/>.</param>
public sealed class SkewedTimeProvider(TimeProvider inner) : TimeProvider
{
    /// <summary>A clock that gains a second in every second, or stands still. No real one is off by so much; what is beyond is a mistake in the test.</summary>
    private const double MostDrift = 1_000_000;

    private readonly Lock _gate = new();
    private readonly TimeProvider _inner = inner ?? throw new ArgumentNullException(nameof(inner));
    private TimeSpan _skew;
    private double _drift;
    private long _driftsSince;

    /// <summary>How far this machine's wall clock is ahead of the shared one, negative when behind. 0 by default. Setting it is a jump of the wall clock.</summary>
    public TimeSpan Skew
    {
        get
        {
            lock (_gate)
            {
                return SkewAt_NeedsLock(_inner.GetTimestamp());
            }
        }

        set
        {
            lock (_gate)
            {
                (_skew, _driftsSince) = (value, _inner.GetTimestamp());
            }
        }
    }

    /// <summary>How much too fast the wall clock runs, in parts per million: 20 gains 72 ms in an hour. 0 by default, −1 000 000 to 1 000 000.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is outside of that or not a number.</exception>
    public double Drift
    {
        get
        {
            lock (_gate)
            {
                return _drift;
            }
        }

        set
        {
            if (!(Math.Abs(value) <= MostDrift))
            {
                throw new ArgumentOutOfRangeException(nameof(value), value, "A drift is −1 000 000 to 1 000 000 parts per million.");
            }

            lock (_gate)
            {
                var now = _inner.GetTimestamp();
                (_skew, _driftsSince, _drift) = (SkewAt_NeedsLock(now), now, value);
            }
        }
    }

    /// <summary>What this machine's monotonic clock showed when the shared one showed zero. 0 by default.</summary>
    public TimeSpan Uptime { get; init; }

    /// <inheritdoc/>
    public override long TimestampFrequency => _inner.TimestampFrequency;

    /// <inheritdoc/>
    public override TimeZoneInfo LocalTimeZone => _inner.LocalTimeZone;

    /// <summary>The monotonic clock of this machine: never jumps, whatever the wall clock does.</summary>
    public override long GetTimestamp() => _inner.GetTimestamp() + (long)((Int128)Uptime.Ticks * TimestampFrequency / TimeSpan.TicksPerSecond);

    /// <summary>The wall clock of this machine.</summary>
    public override DateTimeOffset GetUtcNow() => _inner.GetUtcNow() + Skew;

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _inner.CreateTimer(callback, state, dueTime, period);

    private TimeSpan SkewAt_NeedsLock(long now) => _skew + TimeSpan.FromTicks((long)(_inner.GetElapsedTime(_driftsSince, now).Ticks * _drift / 1e6));
}
