using RateLimited.Http.Limits.Learning;

namespace RateLimited.Http.Limits;

/// <summary>
/// A limit that finds out by itself how much there is, in one process or in several that tell each other. Where several count it, state holds what was learned, of the whole limit, and not what is taken of it.
/// </summary>
internal abstract class LearningRule(long quota, long window) : LimitRule(quota, window)
{
    public override bool Learns => true;

    /// <summary>How many figures a lesson has.</summary>
    public abstract int Figures { get; }

    /// <summary>The same limit as one of several processes keeps it that cannot ask each other: its part of what was learned, and what it sends taken for what each of them does.</summary>
    public abstract LearningRule Among(int processes);

    /// <summary>The limit that was learned, as a lesson's first figure.</summary>
    public abstract long Figure(in LimitState state);

    /// <summary>What other processes are told.</summary>
    public abstract Lesson Tell(in LimitState state);

    /// <summary>Takes over what another process has learned, as far as this one's bounds go.</summary>
    public abstract void Hear(ref LimitState state, long now, Lesson lesson);

    /// <summary>The most that one request can be charged at once by a limit that is this figure: whatever costs more goes when all of it is free, and is owed after it.</summary>
    public abstract long MostAtOnce(long figure);

    /// <summary>A request goes that all processes have counted.</summary>
    public abstract void Went(ref LimitState state, in Moment at, long cost, in FleetView fleet);

    /// <summary>Somebody was refused by what all processes count: demand has met the limit.</summary>
    public virtual void Met(ref LimitState state, long now)
    {
    }

    /// <summary>Takes in what became of a request of this process. Returns whether more may go than before.</summary>
    public abstract bool Learn(ref LimitState state, in Moment at, in AnswerOutcome outcome, in FleetView fleet);
}
