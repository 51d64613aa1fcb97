using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>How long a request waits that several limits hold up.</summary>
internal sealed partial class InProcessStore
{
    /// <summary>By the time that the last limit lets it go another may have closed: the wait is until all are open at once.</summary>
    private Decision WaitForAll(AdmissionTicket ticket, BoundService service, long now, long latest, Partition? refused)
    {
        for (var before = 0L; before < latest && latest != LimitRule.Never;)
        {
            before = latest;
            RaiseByCharges(ticket, service, now, ref latest, ref refused);
        }

        return Decision.Wait(latest, refused);
    }

    private void RaiseByCharges(AdmissionTicket ticket, BoundService service, long now, ref long latest, ref Partition? refused)
    {
        foreach (ref var charge in ticket.Charges)
        {
            RaiseBy(charge.Partition, charge.Cost, service, now, ref latest, ref refused);
        }
    }

    private void RaiseBy(Partition partition, long cost, BoundService service, long now, ref long latest, ref Partition? refused)
    {
        var earliest = partition.Limit.Rule.EarliestNotBefore(ref partition.State, MomentOf(now, service, partition.Limit), cost, latest);
        if (earliest > latest)
        {
            (latest, refused) = (earliest, partition);
        }
    }

    /// <summary>As <see cref="WaitForAll(AdmissionTicket, BoundService, long, long, Partition?)"/>, of what does not count by key and of what one key counts.</summary>
    private Decision WaitWith(AdmissionTicket ticket, KeySet set, BoundKey key, BoundService service, long now, long latest, Partition? refused)
    {
        for (var before = 0L; before < latest && latest != LimitRule.Never;)
        {
            before = latest;
            RaiseByCharges(ticket, service, now, ref latest, ref refused);
            foreach (var limit in set.LimitsOf(key))
            {
                if (ticket.CostAt(limit) is > 0 and var cost)
                {
                    RaiseBy(limit.Only!, cost, service, now, ref latest, ref refused);
                }
            }
        }

        return Decision.Wait(latest, refused);
    }
}
