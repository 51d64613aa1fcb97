using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests.Oracles;

/// <summary>At most so many at once, and every slot comes back.</summary>
internal sealed class SlotOracle(LimitSpec spec) : LimitOracle(spec)
{
    /// <summary>How much is held.</summary>
    public long Held { get; private set; }

    public override void Settle(Admission admission, long now, long actual)
    {
        // What is held is held until it ends, whatever it proves to cost.
    }

    public override void End(Admission admission) => Held -= admission.Cost;

    protected override void Check(Admission admission)
    {
        Held += admission.Cost;
        Admissions.Clear();
        Require(Held <= Spec.Quota, admission, $"{Held} are held and at most {Spec.Quota} may be");
    }
}
