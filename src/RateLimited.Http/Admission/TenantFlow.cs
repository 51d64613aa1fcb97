using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>One tenant's waiters of one priority class, with the tenant's account for deficit round robin.</summary>
internal sealed class TenantFlow(PriorityClass priority, string tenant)
{
    private const int OfLane = (3 * ManagedSize.Reference) + (3 * sizeof(int));

    private static readonly int Own = ManagedSize.Object((6 * ManagedSize.Reference) + sizeof(long) + sizeof(int) + sizeof(bool));
    private static readonly int OfNode = ManagedSize.Object(4 * ManagedSize.Reference);

    // Most tenants have one lane. The others pay for finding theirs, and the one whose head came first, without a search.
    private Dictionary<(LimitPlan Plan, string? Name), Lane>? _lanes;
    private InstantHeap<Lane>? _ready;
    private Lane? _only;

    public PriorityClass Priority { get; } = priority;

    public string Tenant { get; } = tenant;

    /// <summary>What the tenant may still take in this round.</summary>
    public long Deficit { get; set; }

    /// <summary>Whether the tenant was given this round's share.</summary>
    public bool IsServed { get; set; }

    /// <summary>The tenant's place in the round; null while all its lanes are parked.</summary>
    public LinkedListNode<TenantFlow>? InRound { get; set; }

    public int Count { get; set; }

    public bool IsEmpty => Count == 0;

    /// <summary>Whether its turn may go from one lane to another.</summary>
    public bool HasSeveralLanes => _lanes is not null;

    /// <summary>The lane whose head came first among those that are not parked.</summary>
    public Lane? NextLane => _ready is not null ? _ready.First : _only is { ParkedAt: null } ? _only : null;

    /// <summary>Its lanes, in no order.</summary>
    public IEnumerable<Lane> Lanes => _lanes is not null ? _lanes.Values : _only is not null ? [_only] : [];

    /// <summary>What it takes on the heap with its lanes, but for their tickets.</summary>
    public long Bytes => Own + OfNode + Lanes.Sum(static lane => lane.Bytes) + (_lanes is null ? 0 : ((long)_lanes.Capacity * OfLane) + _ready!.Bytes);

    /// <summary>The lane that a ticket stands in: with those of the same limits, and of the same name where that has limits of its own.</summary>
    public Lane LaneOf(AdmissionTicket ticket)
    {
        var plan = ticket.Plan;
        var name = ticket.LaneName;
        if (_lanes is null)
        {
            if (_only is null)
            {
                return _only = new Lane(this, plan, name);
            }

            if (ReferenceEquals(_only.Plan, plan) && string.Equals(_only.Name, name, StringComparison.Ordinal))
            {
                return _only;
            }

            _lanes = new() { [(_only.Plan, _only.Name)] = _only };
            _ready = new();
            Changed(_only);
        }

        if (!_lanes.TryGetValue((plan, name), out var lane))
        {
            lane = new Lane(this, plan, name);
            _lanes.Add((plan, name), lane);
        }

        return lane;
    }

    /// <summary>A lane has another head, or was parked or let go.</summary>
    public void Changed(Lane lane)
    {
        if (_ready is null)
        {
            return;
        }

        _ready.Remove(lane);
        if (lane.ParkedAt is null && lane.Tickets.Count > 0)
        {
            _ready.Add(lane);
        }
    }

    /// <summary>A lane is empty.</summary>
    public void Remove(Lane lane)
    {
        if (_lanes is null)
        {
            _only = null;
            return;
        }

        _ready!.Remove(lane);
        _lanes.Remove((lane.Plan, lane.Name));
    }
}

/// <summary>A tenant's waiters that have the same limits: they go in the order they came.</summary>
internal sealed class Lane(TenantFlow flow, LimitPlan plan, string? name) : IDue
{
    private static readonly int Own = ManagedSize.Object((7 * ManagedSize.Reference) + sizeof(int));
    private static readonly int OfNode = ManagedSize.Object(4 * ManagedSize.Reference);

    public TenantFlow Flow { get; } = flow;

    public LimitPlan Plan { get; } = plan;

    /// <summary>What it takes on the heap without its tickets.</summary>
    public long Bytes => Own + (Parking is null ? 0 : OfNode) + Tickets.Bytes;

    /// <summary>What tells its waiters apart from others with the same limits: the name that they are counted by, the keys that they may take; null where nothing does.</summary>
    public string? Name { get; } = name;

    public TicketQueue<InLane> Tickets { get; } = new();

    public int Rank => Flow.Priority.Rank;

    /// <summary>Whose room the lane waits for aside of the line, or null.</summary>
    public ParkingLot? ParkedAt { get; private set; }

    /// <summary>Its place there.</summary>
    public LinkedListNode<Lane>? Parking { get; private set; }

    /// <summary>For which parking lot the lane is trying, or null.</summary>
    public ParkingLot? ScoutOf { get; set; }

    /// <summary>The place of its first in the order of arrival.</summary>
    public long HeadSequence => Tickets.First!.Place.Sequence;

    /// <summary>Lanes of one tenant go by when their heads came.</summary>
    long IDue.Due => HeadSequence;

    int IDue.HeapIndex { get; set; }

    public void Park(ParkingLot lot, LinkedListNode<Lane> parking)
    {
        (ParkedAt, Parking) = (lot, parking);
        Flow.Priority.ParkedCount += Tickets.Count;
        Flow.Changed(this);
    }

    public void Unpark()
    {
        (ParkedAt, Parking) = (null, null);
        Flow.Priority.ParkedCount -= Tickets.Count;
        Flow.Changed(this);
    }
}
