namespace RateLimited.Http.Testing;

/// <summary>A timer of <see cref="ManualTimeProvider"/>, whose lock guards its fields. It refuses what the system's timer refuses and flows the execution context as that does.</summary>
internal sealed class ManualTimer(ManualTimeProvider time, TimerCallback callback, object? state) : ITimer
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);

    private readonly ExecutionContext? _context = ExecutionContext.Capture();

    public static IComparer<ManualTimer> DueOrder { get; } =
        Comparer<ManualTimer>.Create(static (a, b) => a.Due != b.Due ? a.Due.CompareTo(b.Due) : a.Sequence.CompareTo(b.Sequence));

    public long Due { get; set; }

    /// <summary>Zero: fires once.</summary>
    public long Period { get; set; }

    /// <summary>Timers due at one instant fire in the order in which they were armed. Zero: never armed, so that it is like no other.</summary>
    public long Sequence { get; set; }

    public bool IsDisposed { get; set; }

    public bool Change(TimeSpan dueTime, TimeSpan period)
    {
        Refuse(dueTime);
        Refuse(period);
        return time.Arm(this, dueTime, period);
    }

    public void Fire()
    {
        if (_context is null)
        {
            callback(state);
        }
        else
        {
            ExecutionContext.Run(_context, static timer => ((ManualTimer)timer!).Call(), this);
        }
    }

    public void Dispose() => time.Disarm(this);

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }

    private static void Refuse(TimeSpan value)
    {
        if (value != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, TimeSpan.Zero);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, Longest);
        }
    }

    private void Call() => callback(state);
}
