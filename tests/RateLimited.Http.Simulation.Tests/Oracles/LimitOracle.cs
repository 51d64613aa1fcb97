using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests.Oracles;

/// <summary>What one limit promised for one of those whom it counts separately, held against every admission. It shares no arithmetic with the rule it judges.</summary>
internal abstract class LimitOracle(LimitSpec spec)
{
    protected List<Admission> Admissions { get; } = [];

    /// <summary>What more may go for; null where nothing is such a thing.</summary>
    public Excuses? Excuses { get; init; }

    public LimitSpec Spec { get; private set; } = spec;

    /// <param name="spec">The limit.</param>
    /// <param name="mostWindows">How many windows of the clock an interval as long as one may touch.</param>
    /// <param name="isInStep">Whether a window that begins with use begins with what the oracle sees.</param>
    /// <param name="excuses">What more may go for; null where nothing is such a thing.</param>
    public static LimitOracle Of(LimitSpec spec, int mostWindows, bool isInStep, Excuses? excuses = null) => spec.Kind switch
    {
        LimitKind.Sliding => new SlidingOracle(spec) { Excuses = excuses },
        LimitKind.Bucket => new BucketOracle(spec) { Excuses = excuses },
        LimitKind.FirstUse when mostWindows == 1 => new FirstUseOracle(spec, isInStep),
        LimitKind.FirstUse or LimitKind.Clock => new ClockOracle(spec, mostWindows) { Excuses = excuses },
        _ => new SlotOracle(spec),
    };

    /// <summary>A request is let go. Returns the entry, to change its cost and to end it by.</summary>
    /// <param name="now">The process's monotonic clock.</param>
    /// <param name="wall">Its wall clock, in ticks.</param>
    /// <param name="cost">What it costs.</param>
    /// <exception cref="InvariantException">It may not have gone.</exception>
    public Admission Admit(long now, long wall, long cost)
    {
        var admission = new Admission(now, wall) { Cost = cost };
        Admissions.Add(admission);
        Check(admission);
        Forget(now);
        return admission;
    }

    /// <summary>The request cost something else than was thought, or nothing because it never left.</summary>
    public virtual void Settle(Admission admission, long now, long actual) => admission.Cost = actual;

    /// <summary>The request never left.</summary>
    public virtual void NeverSent(Admission admission, long now)
    {
        admission.WasNeverSent = true;
        Settle(admission, now, 0);
    }

    /// <summary>The work has ended.</summary>
    public virtual void End(Admission admission)
    {
    }

    /// <summary>Another quota holds from now on. What was let go before stays.</summary>
    public virtual void Change(LimitSpec next)
    {
        if (next.Kind == LimitKind.Bucket && next != Spec)
        {
            // An interval over a change of the rate has no simple bound; what goes from now on has.
            Admissions.Clear();
        }

        Spec = next;
    }

    /// <summary>From now on others may count in the same state.</summary>
    public virtual void LoseStep()
    {
    }

    /// <summary>How many times the quota may go in an interval that began at an instant.</summary>
    protected int Times(long since) => 1 + (Excuses?.Since(since) ?? 0);

    /// <summary>By how much less of an interval counts.</summary>
    protected long Lateness => Excuses?.Lateness() ?? 0;

    protected abstract void Check(Admission admission);

    protected virtual long Remembered => Spec.Window * 2;

    protected void Require(bool holds, Admission admission, string promise)
    {
        if (!holds)
        {
            throw new InvariantException($"'{Spec}' let {admission.Cost} go at {admission.At}, but {promise}; before it: {string.Join(", ", Admissions.TakeLast(12).Select(static each => $"{each.Cost}@{each.At}"))}");
        }
    }

    private void Forget(long now)
    {
        const int Many = 1_000;
        if (Admissions.Count > Many)
        {
            Admissions.RemoveAll(admission => admission.At < now - Remembered && admission.HasEnded);
        }
    }

    /// <summary>One that went.</summary>
    internal sealed class Admission(long at, long wall)
    {
        public long At => at;

        public long Wall => wall;

        public long Cost { get; set; }

        public bool HasEnded { get; set; }

        public bool WasNeverSent { get; set; }
    }
}
