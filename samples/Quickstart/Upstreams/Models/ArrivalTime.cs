namespace Quickstart.Upstreams.Models;

/// <summary>One moment, read from both clocks at once: a sliding log counts by the one that never steps, an aligned window by the one on the wall.</summary>
/// <param name="Monotonic">Time since the upstream started.</param>
/// <param name="SinceEpoch">UTC, as time since 1970.</param>
internal readonly record struct ArrivalTime(TimeSpan Monotonic, TimeSpan SinceEpoch)
{
    public static ArrivalTime Read(TimeProvider time, long origin) => new(time.GetElapsedTime(origin), time.GetUtcNow() - DateTimeOffset.UnixEpoch);
}
