namespace RateLimited.Http.Admission;

/// <summary>What holds a request up, for whoever explains it.</summary>
internal sealed partial class InProcessStore
{
    /// <summary>
    /// The limit that holds a request up now whatever stands in line before it; null when it might go. A limit that says when goes before one that only a release opens: slots come
    /// and go all the time while a window is used up. Where none of those does, what the key waits for that may be used first.
    /// </summary>
    public BoundLimit? HeldUpBy(AdmissionTicket ticket)
    {
        var service = ticket.Plan.Service;
        using var held = Hold();
        var now = Now;
        var (latest, by) = (now, default(BoundLimit));
        var closed = default(BoundLimit);
        foreach (ref var charge in ticket.Charges)
        {
            var limit = charge.Partition.Limit;
            var earliest = limit.Rule.Earliest(ref charge.Partition.State, MomentOf(now, service, limit), charge.Cost);
            if (earliest == Limits.LimitRule.Never)
            {
                closed ??= limit;
            }
            else if (earliest > latest)
            {
                (latest, by) = (earliest, limit);
            }
        }

        return by ?? closed ?? (ticket.Key is { } claim ? DecideKey(ticket, claim, service, now, now, refused: null).Refused?.Limit : null);
    }
}
