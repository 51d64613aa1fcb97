using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>How many wait and what they cost: whether there is room for one more, and what stands before it.</summary>
internal sealed partial class WaitingLine
{
    /// <summary>Whether the line has room for one more of such cost.</summary>
    public bool HasRoomFor(AdmissionTicket ticket) => _hasCostBounds ? HasRoomFor(ticket, Ranks) : _count < Queue.Length;

    /// <summary>Whether it would have room if all of lower priority left.</summary>
    public bool WouldHaveRoomFor(AdmissionTicket ticket) => HasRoomFor(ticket, RankOf(ticket.Priority) + 1);

    /// <summary>What stands before a newcomer at one partition, by the present order of the line.</summary>
    public long QueuedBefore(AdmissionTicket ticket, Partition partition) => QueuedBefore(ticket, partition, partition.Limit);

    /// <summary>The same in what another limit counts.</summary>
    public long QueuedBefore(AdmissionTicket ticket, Partition partition, BoundLimit counted)
    {
        var rank = RankOf(ticket.Priority);
        var own = _classes[rank];
        var tenants = own.CountOf(ticket.Tenant);
        var before = 0L;
        for (var higher = 0; higher < rank; higher++)
        {
            before = Saturating.Add(before, QueuedAt(_classes[higher], partition, counted).Cost);
        }

        // Tenants take turns: before the newcomer's turn each of the others has had as many as its own tenant.
        var turns = (long)(tenants + 1) * own.FlowCount;
        var (waiting, queued) = QueuedAt(own, partition, counted);
        return Saturating.Add(before, Share(queued, turns, waiting));
    }

    /// <summary>How many of a class wait for a partition and what they cost there. Whoever is parked does not wait for what all share: on average, by their number.</summary>
    private static (int Count, long Cost) QueuedAt(PriorityClass each, Partition partition, BoundLimit counted)
    {
        var isForKeys = partition.Limit.Scope == LimitScope.Key;
        if (!partition.Limit.IsShared && !isForKeys)
        {
            return each.QueuedAt(partition);
        }

        var waiting = isForKeys ? each.QueuedAt(partition).Count : each.Count - each.ParkedCount;
        return (waiting, Share(each.Queued.InParts(counted.Unit, counted.PartsPerUnit), waiting, each.Count));
    }

    private static long Share(long amount, long part, long whole) => part >= whole ? amount : (long)((double)amount * part / whole);

    private bool HasRoomFor(AdmissionTicket ticket, int ranks)
    {
        var counted = _classes.AsSpan(0, ranks);
        var waiting = 0;
        foreach (var each in counted)
        {
            waiting += each.Count;
        }

        if (waiting >= Queue.Length || !_hasCostBounds)
        {
            return waiting < Queue.Length;
        }

        foreach (var (unit, most) in Queue.Costs)
        {
            var queued = 0L;
            foreach (var each in counted)
            {
                queued = Saturating.Add(queued, each.Queued[unit]);
            }

            if (queued > 0 && Saturating.Add(queued, ticket.CostOf(unit)) > most)
            {
                return false;
            }
        }

        return true;
    }
}
