using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests.Oracles;

/// <summary>In every interval, whatever its length, at most the burst and what flows in during it: exact, in whole numbers.</summary>
internal sealed class BucketOracle(LimitSpec spec) : LimitOracle(spec)
{
    protected override long Remembered => Spec.Window * (2 + (Spec.Burst / Spec.Quota));

    /// <summary>What it cost more is taken when it is known; what it cost less was never taken.</summary>
    public override void Settle(Admission admission, long now, long actual)
    {
        if (actual > admission.Cost)
        {
            Admissions.Add(new Admission(now, wall: 0) { Cost = actual - admission.Cost, HasEnded = true });
        }
        else
        {
            admission.Cost = actual;
        }
    }

    protected override void Check(Admission admission)
    {
        var sum = Int128.Zero;
        for (var i = Admissions.Count - 1; i >= 0; i--)
        {
            sum += Admissions[i].Cost;
            var most = ((Int128)Spec.Burst * Times(Admissions[i].At) * Spec.Window) + ((Int128)Spec.Quota * (admission.At - Admissions[i].At + Lateness));
            Require(sum * Spec.Window <= most, admission, $"{sum} went since {Admissions[i].At}, which is more than the burst and what flowed in since");
        }
    }
}
