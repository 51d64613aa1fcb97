using RateLimited.Http.Simulation.Tests.Oracles;
using RateLimited.Http.Simulation.Tests.Worlds;

namespace RateLimited.Http.Simulation.Tests.Fleets;

/// <summary>
/// What is held of one limit by all processes together. What a process holds that Redis has not heard of for as long as leases live may have been given to others, and what was held when Redis lost its
/// data, or its clock jumped, once more. Of two servers each knows what those hold whom it answered last.
/// </summary>
internal sealed class FleetSlotOracle(LimitSpec spec, long share, Fleet fleet) : LimitOracle(spec)
{
    private readonly Dictionary<Admission, WatchedCounts> _holders = [];
    private WatchedCounts _asking = null!;

    public Admission Admit(long now, WatchedCounts counts, long cost)
    {
        _asking = counts;
        return Admit(now, wall: 0, cost);
    }

    public override void Settle(Admission admission, long now, long actual)
    {
        // What is held is held until it ends, whatever it proves to cost.
    }

    public override void End(Admission admission) => _holders.Remove(admission);

    protected override void Check(Admission admission)
    {
        foreach (var dead in _holders.Where(static held => !held.Value.IsAlive).Select(static held => held.Key).ToArray())
        {
            _holders.Remove(dead);
        }

        _holders.Add(admission, _asking);
        Admissions.Clear();
        if (_asking.IsAlone)
        {
            var own = _holders.Where(held => held.Value == _asking).Sum(static held => held.Key.Cost);
            Require(own <= Math.Max(share, admission.Cost), admission, $"{own} are held by {_asking.Life}, which is alone and has {share}");
            return;
        }

        var known = _holders.Where(held => !fleet.MayBeLost(held.Key.At, held.Value, admission.At) && !held.Value.WasAlone(held.Key.At) && held.Value.Answered == _asking.Answered).ToArray();
        var sum = known.Sum(static held => held.Key.Cost);
        var most = Spec.Quota * (1 + fleet.ExcusesSince(known.Select(static held => held.Key.At).Append(admission.At).Min()));
        Require(sum <= most, admission, $"{sum} are held and at most {most} may be");
    }
}
