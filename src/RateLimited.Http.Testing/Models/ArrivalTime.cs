namespace RateLimited.Http.Testing.Models;

/// <summary>One moment, read from both clocks at once: a sliding log counts by the one that never steps, an aligned window by the one on the wall.</summary>
/// <param name="Monotonic">Time since the upstream started.</param>
/// <param name="SinceEpoch">UTC, as time since 1970.</param>
public readonly record struct ArrivalTime(TimeSpan Monotonic, TimeSpan SinceEpoch)
{
    /// <summary>What the wall clock shows.</summary>
    public DateTimeOffset Wall => DateTimeOffset.UnixEpoch + SinceEpoch;

    /// <summary>Reads both clocks.</summary>
    /// <param name="time">Whose clocks.</param>
    /// <param name="origin">Its timestamp when the upstream started.</param>
    public static ArrivalTime Read(TimeProvider time, long origin)
    {
        ArgumentNullException.ThrowIfNull(time);
        return new ArrivalTime(time.GetElapsedTime(origin), time.GetUtcNow() - DateTimeOffset.UnixEpoch);
    }

    /// <summary>So much later by both clocks.</summary>
    public ArrivalTime After(TimeSpan elapsed) => new(Monotonic + elapsed, SinceEpoch + elapsed);
}
