namespace RateLimited.Http.Signals;

/// <summary>The time by the local wall clock, which is read only where a response has a date in it: few have, and reading costs more than two headers.</summary>
internal readonly struct WallTime
{
    private readonly TimeProvider? _time;
    private readonly long _ticks;

    private WallTime(TimeProvider? time, long ticks)
    {
        _time = time;
        _ticks = ticks;
    }

    public long UtcTicks => _time?.GetUtcNow().UtcTicks ?? _ticks;

    public static implicit operator WallTime(DateTimeOffset known) => new(time: null, known.UtcTicks);

    public static WallTime Of(TimeProvider time) => new(time, 0);
}
