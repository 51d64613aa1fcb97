using RateLimited.Http.Admission.Persistence;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>Limits that outlive the process.</summary>
internal sealed partial class InProcessStore
{
    /// <summary>Who keeps the limits of some services; null where none are.</summary>
    public Keeper? Keeper { get; }

    /// <summary>What is kept of a service; null where nothing is.</summary>
    public KeptService? KeptOf(string service)
    {
        using var held = Hold();
        return Keeper?.ServiceOf(service);
    }

    /// <summary>A request was refused that may come back: by then more is to be written, where that is what it lacked.</summary>
    public void WantWritten(AdmissionTicket ticket)
    {
        if (Keeper is not null)
        {
            using var held = Hold();
            WantWritten(ticket, Decision.Wait(LimitRule.Never, refused: null), Now);
        }
    }

    /// <summary>The same for whoever was just decided on. Of a request that went with one of several keys the others are to be ready for the next.</summary>
    private void WantWritten(AdmissionTicket ticket, in Decision decision, long now)
    {
        if (Keeper is null)
        {
            return;
        }

        var service = ticket.Plan.Service;
        foreach (ref var charge in decision.IsAdmitted ? [] : ticket.Charges)
        {
            charge.Partition.Limit.Rule.Want(ref charge.Partition.State, MomentOf(now, service, charge.Partition.Limit), charge.Cost);
        }

        foreach (var key in ticket.Key is { } claim ? claim.Set.Keys : [])
        {
            foreach (var limit in ticket.Key!.Set.LimitsOf(key))
            {
                limit.Rule.Want(ref limit.Only!.State, MomentOf(now, service, limit), ticket.CostAt(limit));
            }
        }
    }
}
