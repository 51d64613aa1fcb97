using System.Runtime.InteropServices;

namespace RateLimited.Http.Admission;

/// <summary>The waiters of one priority: a deficit round robin over tenants (Shreedhar and Varghese, 1995).</summary>
/// <remarks>
/// Each visit gives a tenant a share as large as the largest waiting request times its weight, so that every visit moves somebody; what it does not use is kept while it waits, and
/// lost when it leaves, so that nobody saves up turns. Between two tenants that always wait, what they got differs by no more than three largest requests.
/// </remarks>
internal sealed partial class PriorityClass(int rank, RequestPriority priority)
{
    private static readonly string Anonymous = new('\0', 1);

    private readonly Dictionary<string, TenantFlow> _flows = new(StringComparer.Ordinal);
    private readonly LinkedList<TenantFlow> _round = [];
    private readonly Dictionary<Partition, (int Count, long Cost)> _queuedAt = [];
    private readonly TicketQueue<InClass> _arrivals = new();
    private TenantFlow? _newest;
    private long _quantum;

    // While all stand in one lane, its order is the class's: most lines have one tenant with one set of limits.
    private Lane? _only;
    private bool _hasSeveralLanes;

    /// <summary>Zero is served first.</summary>
    public int Rank { get; } = rank;

    public RequestPriority Priority { get; } = priority;

    /// <summary>How many wait.</summary>
    public int Count => _hasSeveralLanes ? _arrivals.Count : _only?.Tickets.Count ?? 0;

    /// <summary>Who has been in the class for longest.</summary>
    public AdmissionTicket? Oldest => _hasSeveralLanes ? _arrivals.First : _only?.Tickets.First;

    /// <summary>Who came into the class last.</summary>
    public AdmissionTicket? Newest => _hasSeveralLanes ? _arrivals.Last : _only?.Tickets.Last;

    /// <summary>What the waiters cost together.</summary>
    public UnitSums Queued { get; } = new();

    public int FlowCount => _flows.Count;

    /// <summary>How many of the waiters stand in lanes that are parked: behind a limit of their own, and before nobody else.</summary>
    public int ParkedCount { get; set; }

    /// <summary>How many wait for a limit that not all share, and what they cost there.</summary>
    public (int Count, long Cost) QueuedAt(Partition partition) => _queuedAt.GetValueOrDefault(partition);

    public void Add(AdmissionTicket ticket)
    {
        var flow = FlowOf(ticket.Tenant ?? Anonymous);
        var lane = flow.LaneOf(ticket);
        Append(ticket, lane);
        Tally(ticket, sign: 1);
        _quantum = Math.Max(_quantum, ticket.Size);
        if (lane.Tickets.Count == 1)
        {
            flow.Changed(lane);
        }

        if (lane.ParkedAt is null)
        {
            Join(flow);
        }
        else
        {
            ParkedCount++;
        }
    }

    /// <summary>Adds a plain ticket behind one of its lane that is not parked.</summary>
    public void AddBehind(AdmissionTicket ticket, Lane lane)
    {
        Append(ticket, lane);
        Queued.AddRequest();
    }

    public void Remove(AdmissionTicket ticket)
    {
        var lane = ticket.Place.Lane!;
        var wasHead = ReferenceEquals(lane.Tickets.First, ticket);
        Forget(ticket, lane);
        lane.Tickets.Remove(ticket);
        Left(lane, wasHead);
    }

    /// <summary>Takes out the first of a lane, which stand side by side.</summary>
    public void RemoveRun(ReadOnlySpan<AdmissionTicket> run, Lane lane)
    {
        foreach (var ticket in run)
        {
            Forget(ticket, lane);
        }

        lane.Tickets.RemoveFirst(run.Length);
        Left(lane, wasHead: true);
    }

    /// <summary>How many of the class's waiters are the tenant's.</summary>
    public int CountOf(string? tenant) => _flows.TryGetValue(tenant ?? Anonymous, out var flow) ? flow.Count : 0;

    /// <summary>Puts a tenant into the round, if it is not in it.</summary>
    public void Join(TenantFlow flow) => flow.InRound ??= _round.AddLast(flow);

    /// <summary>The lane whose head may go next, by the limits that all share; null when nobody waits who is not parked.</summary>
    public Lane? NextLane()
    {
        while (_round.First is { Value: var flow })
        {
            var lane = flow.NextLane;
            if (lane is null)
            {
                LeaveRound(flow);
                continue;
            }

            if (!flow.IsServed)
            {
                flow.Deficit += _quantum * lane.Plan.Weight;
                flow.IsServed = true;
            }

            if (lane.Tickets.First!.Size <= flow.Deficit || _round.Count == 1)
            {
                return lane;
            }

            flow.IsServed = false;
            _round.Remove(flow.InRound!);
            _round.AddLast(flow.InRound!);
        }

        return null;
    }

    /// <summary>Those of the lane that is next, at most so many, who have their turn one after the other before another lane has.</summary>
    public ReadOnlySpan<AdmissionTicket> RunOf(Lane lane, int most)
    {
        var front = lane.Tickets.Front(lane.Flow.HasSeveralLanes ? 1 : most);
        var left = _round.Count == 1 ? long.MaxValue : lane.Flow.Deficit;
        var run = 0;
        while (run < front.Length && front[run] is { Size: var size } && size <= left)
        {
            left -= size;
            run++;
        }

        return front[..run]!;
    }

    /// <summary>Takes what went off the tenant's account. Before it is removed.</summary>
    public static void Spend(ReadOnlySpan<AdmissionTicket> run, TenantFlow flow)
    {
        foreach (var ticket in run)
        {
            flow.Deficit = Math.Max(flow.Deficit - ticket.Size, 0);
        }
    }

    private void Append(AdmissionTicket ticket, Lane lane)
    {
        if (!_hasSeveralLanes && !ReferenceEquals(_only, lane))
        {
            if (_only is null || _only.Tickets.Count == 0)
            {
                _only = lane;
            }
            else
            {
                _arrivals.AddAll(_only.Tickets);
                _hasSeveralLanes = true;
            }
        }

        ticket.Place.Lane = lane;
        lane.Tickets.AddLast(ticket);
        lane.Flow.Count++;
        if (_hasSeveralLanes)
        {
            _arrivals.AddLast(ticket);
        }
    }

    /// <summary>Takes a ticket off all counts, but not out of its lane.</summary>
    private void Forget(AdmissionTicket ticket, Lane lane)
    {
        Tally(ticket, sign: -1);
        if (_hasSeveralLanes)
        {
            _arrivals.Remove(ticket);
        }

        ticket.Place.Lane = null;
        lane.Flow.Count--;
        ParkedCount -= lane.ParkedAt is null ? 0 : 1;
    }

    /// <summary>Somebody has left a lane.</summary>
    private void Left(Lane lane, bool wasHead)
    {
        var flow = lane.Flow;
        if (lane.Tickets.Count > 0)
        {
            if (wasHead)
            {
                flow.Changed(lane);
            }

            return;
        }

        flow.Remove(lane);
        if (flow.IsEmpty)
        {
            LeaveRound(flow);
            _flows.Remove(flow.Tenant);
            _newest = ReferenceEquals(_newest, flow) ? null : _newest;
        }

        if (Count == 0)
        {
            (_quantum, _only, _hasSeveralLanes) = (0, null, false);
        }
    }

    private TenantFlow FlowOf(string tenant)
    {
        // Most lines have one tenant.
        if (_newest is not null && string.Equals(_newest.Tenant, tenant, StringComparison.Ordinal))
        {
            return _newest;
        }

        if (!_flows.TryGetValue(tenant, out var flow))
        {
            flow = new TenantFlow(this, tenant);
            _flows.Add(tenant, flow);
        }

        return _newest = flow;
    }

    private void Tally(AdmissionTicket ticket, int sign)
    {
        Queued.Add(ticket, sign);
        if (ticket.Plan.IsShared)
        {
            return;
        }

        foreach (ref var charge in ticket.Charges)
        {
            // What the chosen key was charged came to it when it was let go.
            if (!charge.Partition.Limit.IsShared && charge.Partition.Limit.Scope is not (LimitScope.Key or LimitScope.KeyEndpoint))
            {
                TallyAt(charge.Partition, sign, charge.Cost);
            }
        }

        if (ticket.Key is { Set.Lot: { Limit.IsShared: false } lot })
        {
            TallyAt(lot, sign, cost: 0);
        }
    }

    private void TallyAt(Partition partition, int sign, long cost)
    {
        ref var queued = ref CollectionsMarshal.GetValueRefOrAddDefault(_queuedAt, partition, out _);
        queued = (queued.Count + sign, queued.Cost + (sign * cost));
        if (queued.Count == 0)
        {
            _queuedAt.Remove(partition);
        }
    }

    private void LeaveRound(TenantFlow flow)
    {
        if (flow.InRound is not null)
        {
            _round.Remove(flow.InRound);
        }

        flow.InRound = null;
        flow.IsServed = false;
        flow.Deficit = 0;
    }
}
