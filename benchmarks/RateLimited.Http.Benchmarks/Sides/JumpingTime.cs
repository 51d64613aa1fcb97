namespace RateLimited.Http.Benchmarks.Sides;

/// <summary>
/// The system's clocks, at the system's price, which can be moved ahead, and timers that fire only then: a line is drained when the measurement says so. One timer is kept,
/// that of the line.
/// </summary>
internal sealed class JumpingTime : TimeProvider
{
    private TimerCallback? _callback;
    private object? _state;
    private long _ahead;

    public override long GetTimestamp() => System.GetTimestamp() + Volatile.Read(ref _ahead);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        (_callback, _state) = (callback, state);
        return new Stopped();
    }

    public void Jump(TimeSpan by)
    {
        Interlocked.Add(ref _ahead, (long)(by.TotalSeconds * TimestampFrequency));
        _callback?.Invoke(_state);
    }

    private sealed class Stopped : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
