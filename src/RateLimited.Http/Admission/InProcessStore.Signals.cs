using System.Runtime.CompilerServices;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>Limits corrected by what responses say, and those that learn from what becomes of requests.</summary>
internal sealed partial class InProcessStore
{
    /// <summary>The receipt of what a reported limit knows the end of.</summary>
    private const long Ended = -1;

    /// <summary>Takes in what the response to a request says of the upstream's limits. The ticket has not been completed.</summary>
    /// <param name="ticket">The request.</param>
    /// <param name="reports">What the response says, a report for each limit.</param>
    /// <param name="inFlight">How many requests are under way, the answered one included.</param>
    /// <returns>Whether a limit was told of that no plan counts yet.</returns>
    public bool Hear(AdmissionTicket ticket, ReadOnlySpan<QuotaReport> reports, int inFlight)
    {
        var service = ticket.Plan.Service;
        var key = ticket.Key?.Chosen;
        var hasLearned = false;
        using var held = Hold();
        var now = Clock.Now;
        foreach (ref readonly var report in reports)
        {
            var limit = (key?.Quota.Reported ?? service.Reported).Find(report, ticket.Plan.Endpoint);
            if (limit is null)
            {
                limit = service.Learn(report, ticket.Plan.Endpoint, key);
                hasLearned |= limit is not null;
            }

            if (limit is { Only: { } partition, Rule: ReportedLimit rule })
            {
                ref var charge = ref ChargeOf(ticket, partition);
                var isCharged = !Unsafe.IsNullRef(ref charge) && charge.Receipt != Ended;
                rule.Hear(ref partition.State, MomentOf(now, service, limit), report, isCharged ? charge.Receipt : null, isCharged ? charge.Cost : 0, Math.Max(inFlight - 1, 0));
                if (isCharged)
                {
                    charge.Receipt = Ended;
                }
            }

            AnnounceTo(ticket, service, report, now);
        }

        GiveBackUnmentioned(ticket, service, reports, now);
        return hasLearned;
    }

    /// <summary>Tells the limits of a request what became of it. Returns which lines may move.</summary>
    public Loosened Learn(AdmissionTicket ticket, AnswerKind kind, bool isExplained)
    {
        var service = ticket.Plan.Service;
        var loosened = Loosened.Nobody;
        using var held = Hold();
        var now = Clock.Now;
        var outcome = new AnswerOutcome(kind, ticket.ChargedAt, isExplained);
        foreach (ref var charge in ticket.Charges)
        {
            loosened = Learn(charge.Partition, service, now, outcome, loosened);
        }

        return service.Faults.Learn(now, outcome) && loosened == Loosened.Nobody ? Loosened.Service : loosened;
    }

    /// <summary>Tells the limits that all of a service's requests share what became of one that no ticket was had for.</summary>
    public Loosened Learn(LimitPlan plan, AnswerKind kind, long latency)
    {
        var service = plan.Service;
        var loosened = Loosened.Nobody;
        using var held = Hold();
        var now = Clock.Now;
        var outcome = new AnswerOutcome(kind, Math.Max(now - latency, 0), IsUncharged: true);
        foreach (var limit in plan.Limits)
        {
            if (limit.Only is { } partition)
            {
                loosened = Learn(partition, service, now, outcome, loosened);
            }
        }

        return service.Faults.Learn(now, outcome) && loosened == Loosened.Nobody ? Loosened.Service : loosened;
    }

    /// <summary>Keeps a service from sending for so long; null when nobody says for how long.</summary>
    public void Pause(AdmissionTicket refused, long? duration)
    {
        var service = refused.Plan.Service;
        using var held = Hold();
        if (duration is { } known)
        {
            service.Pause(Clock.Now, known);
        }
        else
        {
            service.PauseBlindly(Clock.Now, refused.ChargedAt);
        }
    }

    /// <summary>The ticket's charge at a partition, or a null reference.</summary>
    private static ref Charge ChargeOf(AdmissionTicket ticket, Partition partition)
    {
        foreach (ref var charge in ticket.Charges)
        {
            if (ReferenceEquals(charge.Partition, partition))
            {
                return ref charge;
            }
        }

        return ref Unsafe.NullRef<Charge>();
    }

    /// <summary>A request is over of which the upstream may have said nothing.</summary>
    private static void EndReported(ReportedLimit rule, ref Charge charge, in Moment at, bool wasCounted)
    {
        if (charge.Receipt != Ended)
        {
            rule.End(ref charge.Partition.State, at, charge.Cost, wasCounted);
            charge.Receipt = Ended;
        }
    }

    /// <summary>Fixed windows that are configured move to where the upstream's are.</summary>
    private void AnnounceTo(AdmissionTicket ticket, BoundService service, in QuotaReport report, long now)
    {
        if (report.Refills || report.ResetAfter is not (> 0 and var resetAfter))
        {
            return;
        }

        foreach (ref var charge in ticket.Charges)
        {
            var limit = charge.Partition.Limit;
            if (limit.Rule is FixedWindow { Window: var window, Quota: var quota }
                && string.Equals(limit.Unit, report.Unit, StringComparison.Ordinal)
                && (report.Window == window || (report.Window == 0 && report.Limit == quota))
                && resetAfter <= window)
            {
                limit.Rule.Announce(ref charge.Partition.State, MomentOf(now, service, limit), Saturating.Add(now, resetAfter));
            }
        }
    }

    /// <summary>
    /// An endpoint's requests may be counted by several of the upstream's limits in turn. A response that tells of one and not of another says that the request was not counted by that.
    /// </summary>
    private void GiveBackUnmentioned(AdmissionTicket ticket, BoundService service, ReadOnlySpan<QuotaReport> reports, long now)
    {
        foreach (ref var charge in ticket.Charges)
        {
            // Those that were told of have ended.
            var limit = charge.Partition.Limit;
            if (limit.Rule is ReportedLimit rule && charge.Receipt != Ended && TellsOf(reports, limit.Unit))
            {
                EndReported(rule, ref charge, MomentOf(now, service, limit), wasCounted: false);
            }
        }
    }

    private static bool TellsOf(ReadOnlySpan<QuotaReport> reports, string unit)
    {
        foreach (ref readonly var report in reports)
        {
            if (string.Equals(report.Unit, unit, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private Loosened Learn(Partition partition, BoundService service, long now, in AnswerOutcome outcome, Loosened loosened)
    {
        var limit = partition.Limit;
        return !limit.Rule.Learns || !limit.Rule.Learn(ref partition.State, MomentOf(now, service, limit), outcome) ? loosened
            : limit.Scope == LimitScope.Global ? Loosened.Everybody
            : (Loosened)Math.Max((int)loosened, (int)Loosened.Service);
    }
}
