namespace RateLimited.Http.Admission;

/// <summary>One tenant's waiters of one priority class, with the tenant's account for deficit round robin.</summary>
internal sealed class TenantFlow(PriorityClass priority, string tenant)
{
    private readonly List<Lane> _lanes = [];

    public PriorityClass Priority { get; } = priority;

    public string Tenant { get; } = tenant;

    /// <summary>What the tenant may still take in this round.</summary>
    public long Deficit { get; set; }

    /// <summary>Whether the tenant was given this round's share.</summary>
    public bool IsServed { get; set; }

    /// <summary>The tenant's place in the round; null while all its lanes are parked.</summary>
    public LinkedListNode<TenantFlow>? InRound { get; set; }

    public int Count { get; set; }

    public bool IsEmpty => _lanes.Count == 0;

    public Lane LaneOf(LimitPlan plan)
    {
        foreach (var lane in _lanes)
        {
            if (ReferenceEquals(lane.Plan, plan))
            {
                return lane;
            }
        }

        var added = new Lane(this, plan);
        _lanes.Add(added);
        return added;
    }

    public void Remove(Lane lane) => _lanes.Remove(lane);

    /// <summary>The lane whose head came first among those that are not parked.</summary>
    public Lane? NextLane()
    {
        Lane? next = null;
        foreach (var lane in _lanes)
        {
            if (lane.ParkedAt is null && (next is null || lane.Tickets.First!.Place.Sequence < next.Tickets.First!.Place.Sequence))
            {
                next = lane;
            }
        }

        return next;
    }
}

/// <summary>A tenant's waiters that have the same limits: they go in the order they came.</summary>
internal sealed class Lane(TenantFlow flow, LimitPlan plan)
{
    public TenantFlow Flow { get; } = flow;

    public LimitPlan Plan { get; } = plan;

    public TicketList<LaneLinks> Tickets { get; } = new();

    /// <summary>Whose room the lane waits for aside of the line, or null.</summary>
    public ParkingLot? ParkedAt { get; set; }

    /// <summary>For which parking lot the lane is trying, or null.</summary>
    public ParkingLot? ScoutOf { get; set; }
}
