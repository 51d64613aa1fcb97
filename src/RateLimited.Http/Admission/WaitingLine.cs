using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>
/// Who waits for a service's limits, and who goes next: higher priority first, tenants of one priority in turn, a tenant's requests in the order they came, everybody one class higher
/// after each ageing time. A state machine without lock, clock or timer: its owner holds a lock around every call and hands in the time.
/// </summary>
/// <remarks>
/// Whoever waits for what all share holds up everybody behind, so that a large request is not starved by small ones. Whoever waits for a limit of its own (a tenant's, an endpoint's)
/// steps aside until that has room, and only those who need the same wait behind it.
/// </remarks>
internal sealed partial class WaitingLine
{
    private const int Ranks = (int)RequestPriority.Critical - (int)RequestPriority.Background + 1;

    /// <summary>How many are admitted in one step of the store: enough that what the step itself costs does not count, and few enough to keep no other service waiting.</summary>
    private const int LongestRun = 16;

    private readonly PriorityClass[] _classes = new PriorityClass[Ranks];
    private readonly ParkingLots _lots = new();
    private long _arrivals;
    private long _blockedUntil;
    private int _blockedRank = int.MaxValue;
    private AdmissionTicket? _blocked;

    /// <summary>The lane that a newcomer stood in last, behind whoever held it up, by shared limits alone.</summary>
    private Lane? _joined;

    private QueueDefinition _queue = null!;
    private bool _hasCostBounds;
    private volatile int _count;

    public WaitingLine(QueueDefinition queue)
    {
        Queue = queue;
        for (var rank = 0; rank < Ranks; rank++)
        {
            _classes[rank] = new PriorityClass(rank, (RequestPriority)((int)RequestPriority.Critical - rank));
        }
    }

    /// <summary>The line's bounds.</summary>
    public QueueDefinition Queue
    {
        get => _queue;
        private set
        {
            _queue = value;
            _hasCostBounds = value.Costs.Count > 0;
        }
    }

    /// <summary>How many wait. May be read without the lock.</summary>
    public int Count => _count;

    public IReadOnlyList<PriorityClass> Classes => _classes;

    /// <summary>The newest waiter of the lowest class, if that is lower than a priority.</summary>
    public AdmissionTicket? NewestBelow(RequestPriority priority)
    {
        for (var rank = Ranks - 1; rank > RankOf(priority); rank--)
        {
            if (_classes[rank].Newest is { } newest)
            {
                return newest;
            }
        }

        return null;
    }

    /// <summary>The lane in which plain tickets that never give up may stand without the line being looked at, as long as nobody rises and nothing else happens to the line; else null.</summary>
    public Lane? OpenLane => _blocked is not null && !_hasCostBounds ? _joined : null;

    /// <summary>How many more may stand in line.</summary>
    public int Room => _queue.Length - _count;

    /// <summary>Until when nobody rises.</summary>
    public long NextRise => _nextRise;

    /// <summary>Adds those who came to the open lane meanwhile.</summary>
    public void AddToOpenLane(ReadOnlySpan<AdmissionTicket> tickets)
    {
        var lane = _joined!;
        foreach (var ticket in tickets)
        {
            ticket.Place.Sequence = _arrivals++;
            lane.Flow.Priority.AddBehind(ticket, lane);
        }

        _count += tickets.Length;
    }

    /// <summary>Adds a ticket at the end. Returns whether the line must be looked at: the newcomer may go before whoever is waited for.</summary>
    public bool Add(AdmissionTicket ticket, long now, long timeout)
    {
        // Whoever has risen meanwhile stands before the newcomer.
        Age(now);
        ref var place = ref ticket.Place;
        place.Sequence = _arrivals++;
        place.Since = now;
        var rank = RankOf(ticket.Priority);
        Join(ticket, rank, now);
        _count++;
        AddDeadline(ticket, Saturating.Add(now, timeout));
        if (_blocked is null || rank < _blockedRank)
        {
            return true;
        }

        _joined = ticket.IsPlain && ticket.Priority == RequestPriority.Normal && ticket.Plan.IsShared ? place.Lane : null;
        return false;
    }

    /// <summary>Takes a ticket out, wherever it stands. Returns false if it does not wait. Where it made way for somebody, the line must be looked at.</summary>
    public bool Remove(AdmissionTicket ticket, out bool madeWay)
    {
        madeWay = false;
        if (ticket.Place.Lane is not { } lane)
        {
            return false;
        }

        var wasBlocked = ReferenceEquals(ticket, _blocked);
        madeWay = ReferenceEquals(lane.Tickets.First, ticket);
        Leave(ticket);
        if (wasBlocked && lane.Tickets.First is { } next && next.IsChargedAs(ticket) && ReferenceEquals(lane.Flow.Priority.NextLane(), lane))
        {
            // Whoever stands behind and wants the same is held up by the same, until the same instant.
            _blocked = next;
            madeWay = false;
        }

        return true;
    }

    /// <summary>Takes out anybody.</summary>
    public AdmissionTicket? TakeAny()
    {
        foreach (var each in _classes)
        {
            if (each.Oldest is { } first)
            {
                Leave(first);
                return first;
            }
        }

        return null;
    }

    /// <summary>Lets everybody join anew, in the order and the class they stand, after their limits were replaced.</summary>
    public void Rebuild(QueueDefinition queue, Action<AdmissionTicket> resolve)
    {
        // The count stays as it is: while it is zero, newcomers need not join.
        var waiting = new List<(AdmissionTicket Ticket, int Rank, long Since, long Due)>(_count);
        foreach (var each in _classes)
        {
            while (each.Oldest is { } first)
            {
                var (since, due) = (first.InClassSince, DeadlineOf(first));
                Withdraw(first);
                waiting.Add((first, each.Rank, since, due));
            }
        }

        Queue = queue;
        _nextRise = LimitRule.Never;
        foreach (var (ticket, rank, since, _) in waiting)
        {
            resolve(ticket);
            Join(ticket, rank, since);
        }

        waiting.Sort(static (a, b) => a.Ticket.Place.Sequence.CompareTo(b.Ticket.Place.Sequence));
        foreach (var (ticket, _, _, due) in waiting)
        {
            AddDeadline(ticket, due);
        }
    }

    /// <summary>Something has changed for everybody: whoever is held up is looked at again.</summary>
    public void LoosenAll()
    {
        _blocked = null;
        _lots.LoosenAll();
    }

    /// <summary>What a request was charged may have room: whoever is held up is looked at again, and the first of those aside for it may try.</summary>
    public void Loosen(AdmissionTicket released)
    {
        _blocked = null;
        foreach (ref var charge in released.Charges)
        {
            _lots.Loosen(charge.Partition);
        }

        if (released.Key is not null)
        {
            _lots.LoosenKeys();
        }
    }

    /// <summary>Lets those go who may go next, at most so many. Returns how many left; zero when nobody may.</summary>
    public int Next(ILimitStore store, long now, int most, ref LeavingTickets leaving)
    {
        Age(now);
        _joined = null;
        int left;
        do
        {
            // Whoever steps aside for one limit may let another's first try again, in a class that was passed already.
            _blocked = null;
            _lots.SendScouts(now);
            left = Try(store, most, ref leaving);
        }
        while (left == 0 && _lots.NextDue <= now);
        return left;
    }

    /// <summary>Lets the first go who may, in the order they stand, and with it those whose turn comes at once after it.</summary>
    private int Try(ILimitStore store, int most, ref LeavingTickets leaving)
    {
        foreach (var each in _classes)
        {
            while (each.NextLane() is { } lane)
            {
                var ticket = lane.Tickets.First!;
                if (_lots.TryQueueBehind(ticket, lane))
                {
                    continue;
                }

                // Where somebody is aside, one that goes may call another.
                var run = each.RunOf(lane, _lots.IsEmpty ? Math.Min(most, LongestRun) : 1);
                var admitted = store.AdmitRun(run, out var decision);
                if (admitted > 0)
                {
                    LetGo(run[..admitted], lane, ref leaving);
                    return admitted;
                }

                if (WhyInVain(ticket, decision) is { Reason: not RejectionReason.None } why)
                {
                    Leave(ticket);
                    leaving.Add(ticket, why.Reason, why.RefusedBy);
                    return 1;
                }

                if (LotOf(ticket, decision.Refused) is not { } own || own.Limit.IsShared || ticket.Bounces >= ParkingLots.MostBounces)
                {
                    (_blocked, _blockedUntil, _blockedRank) = (ticket, decision.Earliest, each.Rank);
                    return 0;
                }

                _lots.Park(lane, own, decision.Earliest);
            }
        }

        return 0;
    }

    /// <summary>Why a ticket that may not go now need not wait either; no reason where it may go yet.</summary>
    private (RejectionReason Reason, Partition? RefusedBy) WhyInVain(AdmissionTicket ticket, in Decision decision) =>
        decision.Told > 0 && decision.Told > DeadlineOf(ticket) ? (RejectionReason.Timeout, null)
        : decision.Earliest != LimitRule.Never ? (RejectionReason.None, null)
        : ticket.FirstExceeded() is { } tooSmall ? (RejectionReason.CostExceedsQuota, tooSmall)
        : decision.Refused is { Limit.Scope: LimitScope.KeyHealth } allOut ? (RejectionReason.NoKeyAvailable, allOut)
        : (RejectionReason.None, null);

    private void LetGo(ReadOnlySpan<AdmissionTicket> admitted, Lane lane, ref LeavingTickets leaving)
    {
        PriorityClass.Spend(admitted, lane.Flow);
        foreach (var ticket in admitted)
        {
            WithdrawDeadline(ticket);
            leaving.Add(ticket);
        }

        // The span is the lane's own array, which is emptied now.
        var count = admitted.Length;
        lane.Flow.Priority.RemoveRun(admitted, lane);
        _count -= count;
        _lots.HeadLeft(lane);
    }

    /// <summary>Where a ticket waits that a partition has refused: at the partition, but for keys, where it waits for any that it may take. Null: before everybody.</summary>
    private static Partition? LotOf(AdmissionTicket ticket, Partition? refused) =>
        refused is { Limit.Scope: LimitScope.Key or LimitScope.KeyEndpoint or LimitScope.KeyHealth } && ticket.Key is { } claim ? claim.LotFor(refused) : refused;

    private static int RankOf(RequestPriority priority) => (int)RequestPriority.Critical - (int)priority;

    private void Leave(AdmissionTicket ticket)
    {
        Withdraw(ticket);
        _count--;
    }

    private void Withdraw(AdmissionTicket ticket)
    {
        LeaveClass(ticket);
        if (ReferenceEquals(ticket, _blocked))
        {
            _blocked = null;
        }

        WithdrawDeadline(ticket);
    }

    private void LeaveClass(AdmissionTicket ticket)
    {
        var lane = ticket.Place.Lane!;
        var wasHead = ReferenceEquals(lane.Tickets.First, ticket);
        lane.Flow.Priority.Remove(ticket);
        if (lane.Tickets.Count == 0)
        {
            _joined = null;
        }

        if (wasHead)
        {
            _lots.HeadLeft(lane);
        }
    }
}
