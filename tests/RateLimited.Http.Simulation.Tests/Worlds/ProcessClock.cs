using RateLimited.Http.Testing;

namespace RateLimited.Http.Simulation.Tests.Worlds;

/// <summary>A process's clocks and timers. Its timers fire when the process runs: late where the world's are, and not while it stands still.</summary>
internal sealed class ProcessClock(SkewedTimeProvider clocks, VirtualProcess process) : TimeProvider
{
    public SkewedTimeProvider Clocks => clocks;

    public override long TimestampFrequency => clocks.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => clocks.LocalTimeZone;

    public override long GetTimestamp() => clocks.GetTimestamp();

    public override DateTimeOffset GetUtcNow() => clocks.GetUtcNow();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var epoch = process.Epoch;
        return new LateTimer(clocks.CreateTimer(_ => process.Run(epoch, () => callback(state)), state: null, dueTime, period), process);
    }

    private sealed class LateTimer(ITimer timer, VirtualProcess process) : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => timer.Change(dueTime <= TimeSpan.Zero ? dueTime : process.Late(dueTime), period);

        public void Dispose() => timer.Dispose();

        public ValueTask DisposeAsync() => timer.DisposeAsync();
    }
}
