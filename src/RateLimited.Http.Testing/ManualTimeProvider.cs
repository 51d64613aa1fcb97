namespace RateLimited.Http.Testing;

/// <summary>
/// Time that moves only when a test moves it. Two clocks: <see cref="Advance"/> moves both and fires timers, <see cref="JumpWall"/> moves the wall clock alone, as an
/// administrator or NTP would. Timers fire on the thread that advances, in the order in which they are due, each at its own instant and never under the lock. A timer due
/// at once fires on the next advance, be it of zero, so that arming one never calls back into the code that arms it. Thread-safe; concurrent advances add up.
/// </summary>
/// <remarks>For several processes with clocks of their own over one time, see <see cref="SkewedTimeProvider"/>.</remarks>
/// <param name="start">What the wall clock shows at first; the monotonic clock begins at zero.</param>
public sealed class ManualTimeProvider(DateTimeOffset start) : TimeProvider
{
    private static readonly TimeSpan MostStuck = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly SortedSet<ManualTimer> _armed = new(ManualTimer.DueOrder);
    private long _now;
    private long _target;
    private long _wallOffset = start.UtcTicks;
    private long _sequence;

    /// <summary>Time that begins with the year 2026, UTC: the same in every run.</summary>
    public ManualTimeProvider()
        : this(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero))
    {
    }

    /// <summary>Due times are cut to a multiple of it. The system's timers have one millisecond and so fire up to that much early; here the default is exact.</summary>
    public TimeSpan TimerResolution { get; init; } = TimeSpan.FromTicks(1);

    /// <summary>How much real time <see cref="RunUntilAsync(Task)"/> gives the thread pool before each step to have nothing left to do; 5 ms by default. Tests that run alone can afford seconds.</summary>
    public TimeSpan SettleTimeout { get; init; } = TimeSpan.FromMilliseconds(5);

    /// <summary>A timestamp is a tick of 100 ns.</summary>
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Always UTC, whatever the machine's is.</summary>
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    /// <summary>How many timers are armed: what is left when all work has ended is a leak.</summary>
    public int ArmedTimers
    {
        get
        {
            lock (_gate)
            {
                return _armed.Count;
            }
        }
    }

    /// <summary>How far the next timer is: zero when it is due; null without one.</summary>
    public TimeSpan? UntilNextTimer
    {
        get
        {
            lock (_gate)
            {
                return _armed.Min is { } next ? TimeSpan.FromTicks(Math.Max(0, next.Due - _now)) : null;
            }
        }
    }

    /// <summary>The monotonic clock: the sum of all advances, in ticks.</summary>
    public override long GetTimestamp()
    {
        lock (_gate)
        {
            return _now;
        }
    }

    /// <summary>The wall clock: the start, all advances and all jumps.</summary>
    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            return new DateTimeOffset(_now + _wallOffset, TimeSpan.Zero);
        }
    }

    /// <summary>A timer that fires while time is advanced. It refuses what the system's refuses.</summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ArgumentNullException.ThrowIfNull(callback);
        var timer = new ManualTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>
    /// Moves both clocks forward and fires what is due on the way, what is armed meanwhile included. What a callback throws comes out here, with time at that timer's instant; the
    /// next advance makes up for the rest.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="by"/> is negative: the monotonic clock never goes back.</exception>
    public void Advance(TimeSpan by)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(by, TimeSpan.Zero);
        long target;
        lock (_gate)
        {
            target = _target += by.Ticks;
        }

        FireUntil(target);
    }

    /// <summary>Moves both clocks to the instant of the next timer and fires all that is due at it.</summary>
    /// <returns>How far that was; null, and nothing is moved, when no timer is armed.</returns>
    public TimeSpan? AdvanceToNextTimer()
    {
        TimeSpan moved;
        long target;
        lock (_gate)
        {
            if (_armed.Min is not { } next)
            {
                return null;
            }

            target = Math.Max(_now, next.Due);
            moved = TimeSpan.FromTicks(target - _now);
            _target = Math.Max(_target, target);
        }

        FireUntil(target);
        return moved;
    }

#pragma warning disable VSTHRD003 // Where it is awaited it has ended.
    /// <summary>
    /// Moves both clocks from timer to timer until the work has ended: for work that waits on this time alone. Before each step everything that is ready to run runs, as far as that can be seen: the
    /// thread pool has nothing to do, for as long as <see cref="SettleTimeout"/> is waited for that. Tests that run beside it keep the pool busy: let them not. Where no timer is armed time stands still,
    /// and what waits on other clocks is waited for.
    /// </summary>
    /// <returns>A task that ends as the work does, with its exception if it fails.</returns>
    /// <exception cref="TimeoutException">For 30 s of real time the work has not ended and no timer was armed.</exception>
    public async Task RunUntilAsync(Task work)
    {
        ArgumentNullException.ThrowIfNull(work);
        var stuckSince = System.GetTimestamp();
        var pool = new PoolWatch();
        while (!work.IsCompleted)
        {
            await pool.SettleAsync(work, SettleTimeout).ConfigureAwait(false);
            if (work.IsCompleted)
            {
                break;
            }

            if (AdvanceToNextTimer() is not null)
            {
                stuckSince = System.GetTimestamp();
                continue;
            }

            if (System.GetElapsedTime(stuckSince) > MostStuck)
            {
                throw new TimeoutException($"The work has not ended, and for {MostStuck.TotalSeconds:0} s no timer of this time was armed that it could wait for.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(1), System).ConfigureAwait(false);
        }

        await work.ConfigureAwait(false);
    }

    /// <inheritdoc cref="RunUntilAsync(Task)"/>
    /// <returns>A task with the work's result.</returns>
    public async Task<T> RunUntilAsync<T>(Task<T> work)
    {
        await RunUntilAsync((Task)work).ConfigureAwait(false);
        return await work.ConfigureAwait(false);
    }
#pragma warning restore VSTHRD003

    /// <summary>Moves the wall clock alone, forward or back. No timer fires.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The wall clock would leave the years 1 to 9999. It stays as it was.</exception>
    public void JumpWall(TimeSpan by)
    {
        lock (_gate)
        {
            _wallOffset = new DateTimeOffset(_now + _wallOffset, TimeSpan.Zero).Add(by).Ticks - _now;
        }
    }

    internal bool Arm(ManualTimer timer, TimeSpan dueTime, TimeSpan period)
    {
        lock (_gate)
        {
            if (timer.IsDisposed)
            {
                return false;
            }

            _armed.Remove(timer);
            timer.Period = period > TimeSpan.Zero ? Cut(period) : 0;
            if (dueTime >= TimeSpan.Zero)
            {
                ArmAt_NeedsLock(timer, _now + Cut(dueTime));
            }

            return true;
        }
    }

    internal void Disarm(ManualTimer timer)
    {
        lock (_gate)
        {
            _armed.Remove(timer);
            timer.IsDisposed = true;
        }
    }

    private void FireUntil(long target)
    {
        while (TakeDue(target) is { } timer)
        {
            timer.Fire();
        }
    }

    private long Cut(TimeSpan time) => time.Ticks - (time.Ticks % TimerResolution.Ticks);

    private ManualTimer? TakeDue(long target)
    {
        lock (_gate)
        {
            var next = _armed.Min;
            if (next is null || next.Due > target)
            {
                _now = Math.Max(_now, target);
                return null;
            }

            _armed.Remove(next);
            _now = Math.Max(_now, next.Due);
            if (next.Period > 0)
            {
                ArmAt_NeedsLock(next, next.Due + next.Period);
            }

            return next;
        }
    }

    private void ArmAt_NeedsLock(ManualTimer timer, long due)
    {
        timer.Due = due;
        timer.Sequence = ++_sequence;
        _armed.Add(timer);
    }
}
