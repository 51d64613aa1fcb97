namespace RateLimited.Http.Tests.Faults;

/// <summary>
/// A time in which whoever reads the clock and then sets a timer does both at one instant. Virtual time goes on by minutes while a thread has lost the processor between the two, and would have its
/// timers late by as much, which no real clock does to anybody.
/// </summary>
internal sealed class SteadyTime(TimeProvider time) : TimeProvider
{
    // What this thread last read, until it sets a timer by it.
    [ThreadStatic]
    private static (SteadyTime? Of, long At) _read;

    public override long TimestampFrequency => time.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => time.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => time.GetUtcNow();

    public override long GetTimestamp()
    {
        var now = time.GetTimestamp();
        _read = (this, now);
        return now;
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new Timer(this, time.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        timer.Change(dueTime, period);
        return timer;
    }

    private TimeSpan Since(long at) => time.GetElapsedTime(at);

    private sealed class Timer(SteadyTime owner, ITimer timer) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            var (of, at) = _read;
            if (dueTime <= TimeSpan.Zero || !ReferenceEquals(of, owner))
            {
                return timer.Change(dueTime, period);
            }

            _read = default;
            bool isSet;
            TimeSpan past;
            do
            {
                // Whoever moves time on is in the way of whoever sets a timer: once it is set it may be late again.
                past = owner.Since(at);
                isSet = timer.Change(dueTime > past ? dueTime - past : TimeSpan.Zero, period);
            }
            while (isSet && past < dueTime && owner.Since(at) > past);

            return isSet;
        }

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
