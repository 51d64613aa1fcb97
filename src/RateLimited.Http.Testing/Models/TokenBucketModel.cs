namespace RateLimited.Http.Testing.Models;

/// <summary>
/// A bucket that is full at first and refills continuously: in every interval L at most <c>capacity + quota / window · L</c>. A correction upwards may take more than is in it; what it
/// owes then flows in first.
/// </summary>
/// <param name="quota">How much flows in during a window.</param>
/// <param name="window">The window.</param>
/// <param name="capacity">How much fits in; null for the quota.</param>
/// <param name="interval">How often it flows in, as much as belongs to that long, counted from the upstream's start; null for continuously. Divides the window.</param>
public sealed class TokenBucketModel(long quota, TimeSpan window, long? capacity = null, TimeSpan? interval = null) : LimitModel(capacity ?? quota)
{
    private readonly long _quota = quota >= 1 ? quota : throw new ArgumentOutOfRangeException(nameof(quota), quota, "A quota is at least 1.");
    private readonly TimeSpan _window = Checked(window);
    private readonly TimeSpan _interval = Checked(interval ?? TimeSpan.FromTicks(1));

    // In parts of a token, so that nothing is lost to rounding: a token is window.Ticks parts, a tick refills quota of them.
    private Int128 _level = (Int128)(capacity ?? quota) * window.Ticks;
    private TimeSpan _filledAt;

    private Int128 Full => (Int128)Quota * _window.Ticks;

    /// <inheritdoc/>
    public override bool Fits(ArrivalTime now, long amount) => LevelAt(now.Monotonic) >= (Int128)amount * _window.Ticks;

    /// <inheritdoc/>
    public override TimeSpan WaitFor(ArrivalTime now, long amount) => amount > Quota ? _window : UntilLevel(now, (Int128)amount * _window.Ticks);

    /// <inheritdoc/>
    public override LimitReading Read(ArrivalTime now)
    {
        var level = LevelAt(now.Monotonic);
        var whole = level / _window.Ticks;
        var remaining = level < 0 && whole * _window.Ticks != level ? whole - 1 : whole;
        return new LimitReading(Quota, Exact.Saturated(remaining), _window, _quota, UntilLevel(now, Full));
    }

    /// <remarks>
    /// <c>theoretical = capacity + quota / window · D</c>, rounded down, with D from the first arrival to the end: exactly what a client gets that takes every token the moment it
    /// is there. It includes the full bucket of the start; nothing more can be had.
    /// </remarks>
    /// <inheritdoc/>
    public override LimitReport Report(ArrivalTime end)
    {
        if (FirstArrival is not { } first)
        {
            return default;
        }

        var refilled = Exact.FloorOf((Step(end.Monotonic) - Step(first.Monotonic)).Ticks, _quota, _window.Ticks);
        return new LimitReport(Admitted.Sum(static charge => charge.Amount), Quota + refilled, Refused, AnyWindow.Most(Admitted, _window));
    }

    /// <summary>Refused requests that count cannot take more than a full bucket ahead, or a client that asks too often would never come back.</summary>
    private protected override void Count(ArrivalTime now, long amount, int? charge)
    {
        var level = LevelAt(now.Monotonic) - ((Int128)amount * _window.Ticks);
        Set(now.Monotonic, charge is null ? Int128.Max(level, -Full) : level);
    }

    private protected override void Correct(ArrivalTime now, int charge, TimeSpan at, long difference) =>
        Set(now.Monotonic, Int128.Min(Full, LevelAt(now.Monotonic) - ((Int128)difference * _window.Ticks)));

    private void Set(TimeSpan now, Int128 level) => (_level, _filledAt) = (level, now);

    private Int128 LevelAt(TimeSpan now) => Int128.Min(Full, _level + ((Int128)(Step(now) - Step(_filledAt)).Ticks * _quota));

    /// <summary>When it flowed in last.</summary>
    private TimeSpan Step(TimeSpan time) => TimeSpan.FromTicks(time.Ticks / _interval.Ticks * _interval.Ticks);

    private TimeSpan UntilLevel(ArrivalTime now, Int128 level)
    {
        var missing = level - LevelAt(now.Monotonic);
        if (missing <= 0)
        {
            return TimeSpan.Zero;
        }

        var perInterval = (Int128)_quota * _interval.Ticks;
        var intervals = (missing + perInterval - 1) / perInterval;
        return TimeSpan.FromTicks(Exact.Saturated(intervals * _interval.Ticks)) - (now.Monotonic - Step(now.Monotonic));
    }
}
