using RateLimited.Http.Admission.Sharing;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>Limits corrected by what responses say, and those that learn from what becomes of requests.</summary>
internal sealed partial class InProcessStore
{
    /// <summary>The receipt of what a reported limit knows the end of.</summary>
    private const long Ended = -1;

    /// <summary>Takes in that a request has been answered, and what the response says of the upstream's limits. The ticket has not been completed.</summary>
    /// <param name="ticket">The request.</param>
    /// <param name="at">When.</param>
    /// <param name="isDated">Whether charges are dated by answers.</param>
    /// <param name="bounds">What its latency says of when it arrived.</param>
    /// <param name="reports">What the response says, a report for each limit.</param>
    /// <param name="inFlight">How many requests are under way, the answered one included.</param>
    /// <returns>Whether a limit was told of that no plan counts yet.</returns>
    public bool Answer(AdmissionTicket ticket, long at, bool isDated, in ArrivalBounds bounds, ReadOnlySpan<QuotaReport> reports, int inFlight)
    {
        var service = ticket.Plan.Service;
        using var held = Hold();
        var now = NotBeforeLatest(at);
        if (isDated)
        {
            Date(ticket, service, now, bounds);
        }

        return !reports.IsEmpty && Hear(ticket, service, reports, now, inFlight);
    }

    /// <summary>A request was answered that others wait for. Returns whether it is the first, with its key where it went with one.</summary>
    public bool HeardFirst(AdmissionTicket ticket)
    {
        using var held = Hold();
        return ticket.Plan.Service.HeardFirst(ticket.Key?.Chosen);
    }

    /// <summary>Tells the limits of a request what became of it. Returns which lines may move.</summary>
    public Loosened Learn(AdmissionTicket ticket, AnswerKind kind, bool isExplained, bool isInvalid)
    {
        var service = ticket.Plan.Service;
        var loosened = Loosened.Nobody;
        using var held = Hold();
        var now = Now;
        var outcome = new AnswerOutcome(kind, ticket.ChargedAt, isExplained, IsInvalid: isInvalid);
        foreach (ref var charge in ticket.Charges)
        {
            loosened = Learn(charge.Partition, service, now, outcome, loosened);
        }

        if (isInvalid && service.InvalidRequests is { Only: { } invalid } limit && CostIn(ticket, limit) == 0)
        {
            // It went before anybody counted.
            loosened = Learn(invalid, service, now, outcome with { IsUncharged = true }, loosened);
        }

        return HasLoosened(service, now, outcome) && loosened == Loosened.Nobody ? Loosened.Service : loosened;
    }

    /// <summary>Tells the limits that all of a service's requests share what became of one that no ticket was had for.</summary>
    public Loosened Learn(LimitPlan plan, AnswerKind kind, long latency, bool isInvalid)
    {
        var service = plan.Service;
        var loosened = Loosened.Nobody;
        using var held = Hold();
        var now = Now;
        var outcome = new AnswerOutcome(kind, Math.Max(now - latency, 0), IsUncharged: true, IsInvalid: isInvalid);
        foreach (var limit in plan.Limits)
        {
            if (limit.Only is { } partition)
            {
                loosened = Learn(partition, service, now, outcome, loosened);
            }
        }

        return HasLoosened(service, now, outcome) && loosened == Loosened.Nobody ? Loosened.Service : loosened;
    }

    /// <summary>Tells what holds up the service as a whole.</summary>
    private static bool HasLoosened(BoundService service, long now, in AnswerOutcome outcome)
    {
        var hasReturned = service.IsExhausted && outcome.Kind == AnswerKind.Succeeded && service.SucceededAt(now, outcome.SentAt);
        return service.Faults.Learn(now, outcome) || hasReturned;
    }

    private void Date(AdmissionTicket ticket, BoundService service, long now, in ArrivalBounds bounds)
    {
        var latest = Math.Max(now - bounds.BeforeAnswer, ticket.ChargedAt);
        var wall = Clock.WallOffsetAt(now);
        foreach (ref var charge in ticket.Charges)
        {
            var limit = charge.Partition.Limit;
            var isDated = limit.IsDatedByAnswers;
            if (!(bounds.IsFirst || isDated) || ticket.ChargedAt < limit.RescaledAt)
            {
                continue;
            }

            if (bounds.IsFirst && limit.Scope != LimitScope.Global)
            {
                limit.Rule.Defer(ref charge.Partition.State, Math.Min(now - ticket.ChargedAt, LatencySpread.LongestHoldUp));
            }

            if (!isDated)
            {
                continue;
            }

            var arrivedBy = Math.Min(latest, Saturating.Add(ticket.ChargedAt, Math.Max(bounds.HeldUp, limit.BoundGuard(LimitRule.Never))));
            var at = new Moment(now, wall, service.GuardOf(limit));
            if (arrivedBy == Saturating.Add(ticket.ChargedAt, at.Guard) && limit.Rule.PadsWhatWasSent)
            {
                // It counts as long already. What was answered is dated in the order of the answers, which would make it later.
                continue;
            }

            if (ticket.ChargedAt < service.AwaitsBefore)
            {
                charge.Receipt = limit.Rule.Heard(ref charge.Partition.State, at, charge.Receipt, charge.Cost);
            }

            var receipt = limit.Rule.Answer(ref charge.Partition.State, at, charge.Receipt, charge.Cost, arrivedBy);
            charge.Receipt = receipt == charge.Receipt ? limit.Rule.CountAgain(ref charge.Partition.State, at, receipt, charge.Cost, arrivedBy) : receipt;
        }
    }

    private bool Hear(AdmissionTicket ticket, BoundService service, ReadOnlySpan<QuotaReport> reports, long now, int inFlight)
    {
        var hasLearned = false;
        var key = ticket.Key?.Chosen;
        var wall = Clock.WallOffsetAt(now);
        if (key is null)
        {
            service.Shared?.Tell(now, service.Definition.Correction.MaxHint.Ticks);
        }
        else
        {
            service.Shared?.Tell(key.Quota, now, service.Definition.Correction.MaxHint.Ticks);
        }

        foreach (ref readonly var told in reports)
        {
            var report = key is null && service.Shared is { IsAlone: false } ? told with { IsOfFleet = FleetLimit.CanBe(told) } : told;
            var isCharged = false;
            var ofKey = key?.Quota.Reported.Find(report, ticket.Plan.Endpoint);
            foreach (ref var charge in ticket.Charges)
            {
                var limit = charge.Partition.Limit;
                if (limit.Rule is ReportedLimit rule && (key is null ? rule.Is(report) : ReferenceEquals(limit, ofKey)))
                {
                    isCharged = true;
                    var isOpen = charge.Receipt != Ended;
                    var at = new Moment(now, wall, service.GuardOf(limit));
                    rule.Hear(ref charge.Partition.State, at, report, isOpen ? charge.Receipt : null, isOpen ? charge.Cost : 0, Math.Max(inFlight - 1, 0));
                    charge.Receipt = Ended;
                }
                else if (limit.Rule.Counting is FixedWindow window && Announces(report, limit.Unit, window))
                {
                    limit.Rule.Announce(ref charge.Partition.State, new Moment(now, wall, service.GuardOf(limit)), Saturating.Add(now, report.ResetAfter.GetValueOrDefault()));
                }
            }

            if (!isCharged)
            {
                hasLearned |= HearOfOther(ticket, service, report, new Moment(now, wall), Math.Max(inFlight - 1, 0));
            }

            if (service.OfFleet(report, key, out var isNew) is { } ofFleet)
            {
                hasLearned |= isNew;
                var cost = CostIn(ticket, ofFleet.Limit);
                ofFleet.Hear(report, new Moment(now, wall), service.Definition.Correction, cost, Math.Max(inFlight - 1, 0));
                if (cost > 0)
                {
                    Release(ticket, service, ofFleet.Limit, now);
                }
            }
        }

        ticket.IsHeardWhole = GiveBackUnmentioned(ticket, service, reports, now) && ticket.Key is null;
        return hasLearned;
    }

    /// <summary>What a request was charged by a limit; zero where the limit did not count it.</summary>
    private static long CostIn(AdmissionTicket ticket, BoundLimit limit)
    {
        foreach (ref var charge in ticket.Charges)
        {
            if (ReferenceEquals(charge.Partition.Limit, limit))
            {
                return charge.Cost;
            }
        }

        return 0;
    }

    /// <summary>Lets go of what a request was charged by one limit.</summary>
    private void Release(AdmissionTicket ticket, BoundService service, BoundLimit limit, long now)
    {
        foreach (ref var charge in ticket.Charges)
        {
            if (ReferenceEquals(charge.Partition.Limit, limit))
            {
                Correct(ref charge, service, ticket.ChargedAt, now, actual: 0);
            }
        }
    }

    /// <summary>Hears of a limit that did not count the request when it went. Returns whether that is a new one.</summary>
    private static bool HearOfOther(AdmissionTicket ticket, BoundService service, in QuotaReport report, in Moment at, int others)
    {
        var key = ticket.Key?.Chosen;
        var known = (key?.Quota.Reported ?? service.Reported).Find(report, ticket.Plan.Endpoint);
        if ((known ?? service.Learn(report, ticket.Plan.Endpoint, key)) is not { Only: { } partition, Rule: ReportedLimit rule } limit)
        {
            return false;
        }

        rule.Hear(ref partition.State, at with { Guard = service.GuardOf(limit) }, report, receipt: null, cost: 0, others);
        return known is null;
    }

    /// <summary>Keeps a service from sending for so long; null when nobody says for how long. What is guessed is doubled each time it was too short.</summary>
    public void Pause(AdmissionTicket refused, long? duration, bool isGuessed)
    {
        var service = refused.Plan.Service;
        using var held = Hold();
        if (duration is { } known && !isGuessed)
        {
            service.Pause(Now, known);
        }
        else
        {
            service.PauseBlindly(Now, refused.ChargedAt, duration ?? Limits.Pause.ShortestBlind);
        }
    }

    /// <summary>A quota of the whole service is used up and returns after so long; null where nobody knows.</summary>
    public void Exhaust(AdmissionTicket refused, long? wait)
    {
        using var held = Hold();
        refused.Plan.Service.Exhaust(Now, refused.ChargedAt, wait);
    }

    /// <summary>
    /// Keeps those from sending who send to the same endpoint, with the same key where there are keys; null when nobody says for how long. Returns whether no plan counts yet what holds them up.
    /// </summary>
    public bool PauseEndpoint(AdmissionTicket refused, long? duration)
    {
        var longest = refused.Plan.Service.Definition.Correction.MaxHint.Ticks;
        using var held = Hold();
        var coolDown = CoolDownOf(refused, out var isNew);
        if (duration is { } known)
        {
            CoolDown.Pause(ref coolDown.State, Now, Math.Min(known, longest));
        }
        else
        {
            CoolDown.PauseBlindly(ref coolDown.State, Now, refused.ChargedAt, longest);
        }

        return isNew;
    }

    /// <summary>The same for a quota of theirs that is used up and returns after so long; null where nobody knows.</summary>
    public bool ExhaustEndpoint(AdmissionTicket refused, long? wait)
    {
        var correction = refused.Plan.Service.Definition.Correction;
        var longest = correction.MaxHint.Ticks;
        if (wait <= longest)
        {
            return PauseEndpoint(refused, wait);
        }

        using var held = Hold();
        var coolDown = CoolDownOf(refused, out var isNew);
        CoolDown.Exhaust(ref coolDown.State, Now, refused.ChargedAt, Math.Min(wait ?? LimitRule.Never, correction.MaxExhausted.Ticks), Exhaustion.IntervalOf(wait, longest));
        return isNew;
    }

    private static Partition CoolDownOf(AdmissionTicket refused, out bool isNew) =>
        refused.Plan.Service.CoolDownOf(refused.Plan.Endpoint, refused.Key?.Chosen, out isNew).Only!;

    /// <summary>A request is over of which the upstream may have said nothing.</summary>
    private static void EndReported(ReportedLimit rule, ref Charge charge, in Moment at, bool wasCounted)
    {
        if (charge.Receipt != Ended)
        {
            rule.End(ref charge.Partition.State, at, charge.Cost, wasCounted);
            charge.Receipt = Ended;
        }
    }

    /// <summary>Whether a report says where a configured fixed window lies: it moves to where the upstream's is.</summary>
    private static bool Announces(in QuotaReport report, string unit, FixedWindow configured) =>
        !report.Refills && report.ResetAfter is > 0 and var resetAfter && resetAfter <= configured.Window
        && string.Equals(unit, report.Unit, StringComparison.Ordinal)
        && (report.Window == configured.Window || (report.Window == 0 && report.Limit == configured.Quota));

    /// <summary>
    /// An endpoint's requests may be counted by several of the upstream's limits in turn. A response that tells of one and not of another says that the request was not counted by that.
    /// Returns whether nothing is left to be told of.
    /// </summary>
    private bool GiveBackUnmentioned(AdmissionTicket ticket, BoundService service, ReadOnlySpan<QuotaReport> reports, long now)
    {
        var isWhole = true;
        foreach (ref var charge in ticket.Charges)
        {
            // Those that were told of have ended.
            var limit = charge.Partition.Limit;
            var isOpen = limit.Rule is ReportedLimit ? charge.Receipt != Ended : limit.IsUntilAnswered && charge.Cost > 0;
            if (!isOpen)
            {
                continue;
            }

            if (!TellsOf(reports, limit.Unit))
            {
                isWhole = false;
            }
            else if (limit.Rule is ReportedLimit rule)
            {
                EndReported(rule, ref charge, MomentOf(now, service, limit), wasCounted: false);
            }
            else
            {
                Correct(ref charge, service, ticket.ChargedAt, now, actual: 0);
            }
        }

        return isWhole;
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
