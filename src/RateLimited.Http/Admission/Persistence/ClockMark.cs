using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission.Persistence;

/// <summary>What several clocks showed at one instant, so that another process can tell how long ago that was. Immutable.</summary>
/// <param name="Now">The clock of the process that looked: what its instants are on.</param>
/// <param name="Wall">UTC, in ticks.</param>
/// <param name="Boot">The clock of the machine since it was started, in ticks; what others look at must be the same start.</param>
/// <param name="BootId">Which start of the machine; zero where nobody knows.</param>
internal readonly record struct ClockMark(long Now, long Wall, long Boot, UInt128 BootId)
{
    /// <summary>
    /// How long ago it was at most what two clocks agree on: a wall clock that went back has brought no quota back, and while the machine was not started anew, none that went forward has either.
    /// </summary>
    public long Elapsed(in ClockMark present)
    {
        var wall = Math.Max(present.Wall - Wall, 0);
        return BootId != 0 && BootId == present.BootId ? Math.Clamp(present.Boot - Boot, 0, wall) : wall;
    }

    /// <summary>What to add to an instant of the process that looked to get one of the present process.</summary>
    public long Later(in ClockMark present) => present.Now - Elapsed(present) - Now;

    public void Write(StateWriter into)
    {
        into.Add(Now);
        into.Add(Wall);
        into.Add(Boot);
        into.Add((long)(ulong)(BootId >> 64));
        into.Add((long)(ulong)BootId);
    }

    public static ClockMark Read(StateReader from) =>
        new(from.Number(), from.Number(), from.Number(), new UInt128((ulong)from.Number(), (ulong)from.Number()));
}
