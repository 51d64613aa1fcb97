using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>What requests did cost, against what they were charged.</summary>
internal sealed partial class InProcessStore
{
    public Loosened Settle(AdmissionTicket ticket, bool giveBack)
    {
        var service = ticket.Plan.Service;
        var loosened = Loosened.Nobody;
        using var held = Hold();
        var now = Now;
        if (ticket.Key is { Chosen: { } key } claim)
        {
            claim.Set.Ring.Ended(key.Handle);
        }

        foreach (ref var charge in ticket.Charges)
        {
            var limit = charge.Partition.Limit;
            if (limit.Rule is ReportedLimit reported)
            {
                EndReported(reported, ref charge, MomentOf(now, service, limit), wasCounted: !giveBack);
                loosened = (Loosened)Math.Max((int)loosened, (int)Loosened.Service);
                continue;
            }

            if (!giveBack && limit.IsUntilAnswered && charge.Cost > 0)
            {
                FleetLimit.Count(charge, MomentOf(now, service, limit));
            }

            var actual = giveBack || limit.Rule.IsReleased ? 0 : charge.Actual == Admission.Charge.Unsettled ? charge.Cost : charge.Actual;
            loosened = (Loosened)Math.Max((int)loosened, (int)Correct(ref charge, service, ticket.ChargedAt, now, actual));
            if (giveBack)
            {
                limit.Rule.NeverSent(ref charge.Partition.State, MomentOf(now, service, limit), charge.Receipt);
            }
        }

        return loosened;
    }

    /// <summary>Replaces what a request that has ended was charged for a unit. Returns which lines may move.</summary>
    public Loosened Settle(EndedCharges ended, in UnitCost actual)
    {
        var loosened = Loosened.Nobody;
        using var held = Hold();
        var now = Now;
        foreach (ref var charge in ended.Charges)
        {
            var limit = charge.Partition.Limit;
            if (string.Equals(limit.Unit, actual.Unit, StringComparison.Ordinal) && limit.Rule is { IsReleased: false } and not ReportedLimit)
            {
                loosened = (Loosened)Math.Max((int)loosened, (int)Correct(ref charge, ended.Service, ended.ChargedAt, now, actual.InParts(limit.PartsPerUnit)));
            }
        }

        return loosened;
    }

    /// <summary>Charges what is missing or gives back what was too much, where that is safe. The charge is what it comes to then.</summary>
    private Loosened Correct(ref Charge charge, BoundService service, long chargedAt, long now, long actual)
    {
        var limit = charge.Partition.Limit;
        var more = actual - charge.Cost;
        if (more == 0 || chargedAt < limit.RescaledAt)
        {
            return Loosened.Nobody;
        }

        var at = MomentOf(now, service, limit);
        charge.Cost = actual;
        if (more < 0)
        {
            limit.Rule.GiveBack(ref charge.Partition.State, at, charge.Receipt, -more);
            return limit.Scope == LimitScope.Global ? Loosened.Everybody : Loosened.Service;
        }

        var isForgotten = limit.Rule.Counting is SlidingWindow or FixedWindow;
        var before = isForgotten ? limit.Rule.Used(ref charge.Partition.State, at) : 0;
        limit.Rule.ChargeMore(ref charge.Partition.State, at, charge.Receipt, more);
        if (isForgotten && limit.Rule.Used(ref charge.Partition.State, at) == before)
        {
            // Its window has passed. A debt does not pass with it: whoever adjusts at the end counts it now.
            limit.Rule.Charge(ref charge.Partition.State, at, more);
        }

        return Loosened.Nobody;
    }
}
