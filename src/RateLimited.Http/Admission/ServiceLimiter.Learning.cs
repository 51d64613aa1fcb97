using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>What becomes of requests, for the limits that learn from it.</summary>
internal sealed partial class ServiceLimiter
{
    /// <summary>Says how far the estimates of a request were from the truth, once for each unit.</summary>
    private void NoteSettled(ReadOnlySpan<Charge> charges)
    {
        for (var i = 0; i < charges.Length; i++)
        {
            ref readonly var charge = ref charges[i];
            var unit = charge.Partition.Limit.Unit;
            var isFirst = true;
            foreach (ref readonly var earlier in charges[..i])
            {
                isFirst &= earlier.Actual == Charge.Unsettled || !string.Equals(earlier.Partition.Limit.Unit, unit, StringComparison.Ordinal);
            }

            if (charge.Actual != Charge.Unsettled && isFirst)
            {
                Telemetry.Settled(unit, (double)charge.Actual / charge.Cost);
            }
        }
    }

    /// <summary>Tells the limits what became of a request, once, before its ticket is completed or given back.</summary>
    /// <param name="ticket">The request.</param>
    /// <param name="kind">What became of it.</param>
    /// <param name="at">When.</param>
    /// <param name="isExplained">Whether the upstream also said which limit was exceeded and that limit was corrected by it.</param>
    /// <param name="isInvalid">Whether the upstream holds it against its sender, or may.</param>
    public void Learn(AdmissionTicket ticket, AnswerKind kind, long at, bool isExplained = false, bool isInvalid = false)
    {
        ticket.IsHeard = true;
        if (_service.Faults.MustHear(kind, at) || ticket.Plan.Learns || _service.IsExhausted || (isInvalid && _service.InvalidRequests is not null))
        {
            Wake(_store.Learn(ticket, kind, isExplained, isInvalid), ticket);
        }
    }

    /// <summary>Whether a status is one of those that the upstream counts against whom it answers so.</summary>
    public bool TakesForInvalid(int status) => Definition.InvalidRequests is { } invalid && invalid.Statuses.Contains(status);

    /// <summary>Tells the limits that all requests share what became of one that is known only by what its caller says.</summary>
    private void Learn(in RequestOutcome outcome)
    {
        var kind = KindOf(outcome);
        var plan = _service.DefaultPlan;
        if (kind != AnswerKind.Ignored && (_service.Faults.MustHear(kind, _store.Clock.Now) || plan.Learns || _service.IsExhausted))
        {
            var isInvalid = kind == AnswerKind.Throttled && TakesForInvalid(429);
            Wake(_store.Learn(plan, kind, Math.Max(outcome.Latency.GetValueOrDefault().Ticks, 0), isInvalid), released: null);
        }
    }

    /// <summary>Nobody said what became of it: the limits that count on being told must not wait for it.</summary>
    private void NoteUnheard(AdmissionTicket ticket)
    {
        if (!ticket.IsHeard && (ticket.Plan.Learns || _service.Faults.IsEngaged))
        {
            Wake(_store.Learn(ticket, AnswerKind.Ignored, isExplained: false, isInvalid: false), ticket);
        }
    }

    private static AnswerKind KindOf(in RequestOutcome outcome) =>
        outcome.Limited ? AnswerKind.Throttled
        : outcome.Failed ? AnswerKind.Faulted
        : outcome.Latency is not null ? AnswerKind.Succeeded
        : AnswerKind.Ignored;

    private void Wake(Loosened loosened, AdmissionTicket? released)
    {
        if (loosened == Loosened.Everybody)
        {
            _store.WakeAll(released);
        }
        else if (loosened != Loosened.Nobody)
        {
            Wake(released);
        }
    }
}
