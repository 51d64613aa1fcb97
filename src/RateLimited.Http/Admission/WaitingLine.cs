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
internal sealed class WaitingLine
{
    private const int Ranks = (int)RequestPriority.Critical - (int)RequestPriority.Background + 1;

    private readonly PriorityClass[] _classes = new PriorityClass[Ranks];
    private readonly TicketList<DueLinks> _usualDeadlines = new();
    private readonly InstantHeap<Deadline> _deadlines = new();
    private readonly ParkingLots _lots = new();
    private long _arrivals;
    private long _blockedUntil;
    private int _blockedRank = int.MaxValue;
    private AdmissionTicket? _blocked;
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
    public QueueDefinition Queue { get; set; }

    /// <summary>How many wait. May be read without the lock.</summary>
    public int Count => _count;

    public IReadOnlyList<PriorityClass> Classes => _classes;

    /// <summary>The first instant at which somebody may go or gives up; <see cref="LimitRule.Never"/> when only an event can tell.</summary>
    public long NextInstant => Math.Min(NextGo, NextDeadline);

    private long NextGo => Math.Min(_blocked is null ? LimitRule.Never : _blockedUntil, _lots.NextDue);

    private long NextDeadline =>
        Math.Min(_usualDeadlines.First?.Place.Deadline ?? LimitRule.Never, _deadlines.First?.Due ?? LimitRule.Never);

    /// <summary>Whether the line has room for one more of such cost.</summary>
    public bool HasRoomFor(AdmissionTicket ticket) => HasRoomFor(ticket, Ranks);

    /// <summary>Whether it would have room if all of lower priority left.</summary>
    public bool WouldHaveRoomFor(AdmissionTicket ticket) => HasRoomFor(ticket, RankOf(ticket.Request.Priority) + 1);

    /// <summary>The newest waiter of the lowest class, if that is lower than a priority.</summary>
    public AdmissionTicket? NewestBelow(RequestPriority priority)
    {
        for (var rank = Ranks - 1; rank > RankOf(priority); rank--)
        {
            if (_classes[rank].Arrivals.Last is { } newest)
            {
                return newest;
            }
        }

        return null;
    }

    /// <summary>Adds a ticket at the end. Returns whether the line must be looked at: the newcomer may go before whoever is waited for.</summary>
    public bool Add(AdmissionTicket ticket, long now, long timeout)
    {
        // Whoever has risen meanwhile stands before the newcomer.
        Age(now);
        ref var place = ref ticket.Place;
        place.Sequence = _arrivals++;
        place.Since = now;
        place.Size = SizeOf(ticket);
        var rank = RankOf(ticket.Request.Priority);
        Join(ticket, rank, now);
        _count++;
        AddDeadline(ticket, now, timeout);
        return _blocked is null || rank < _blockedRank;
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

    /// <summary>Takes out whoever has waited too long.</summary>
    public AdmissionTicket? TakeExpired(long now)
    {
        var expired = _usualDeadlines.First;
        if (expired is null || expired.Place.Deadline > now)
        {
            expired = _deadlines.First is { } first && first.Due <= now ? first.Ticket : null;
        }

        if (expired is not null)
        {
            Leave(expired);
        }

        return expired;
    }

    /// <summary>Takes out anybody.</summary>
    public AdmissionTicket? TakeAny()
    {
        foreach (var each in _classes)
        {
            if (each.Arrivals.First is { } first)
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
        var waiting = new List<(AdmissionTicket Ticket, int Rank)>(_count);
        foreach (var each in _classes)
        {
            while (each.Arrivals.First is { } first)
            {
                Withdraw(first);
                waiting.Add((first, each.Rank));
            }
        }

        Queue = queue;
        foreach (var (ticket, rank) in waiting)
        {
            resolve(ticket);
            ticket.Place.Size = SizeOf(ticket);
            Join(ticket, rank, ticket.Place.InClassSince);
        }

        waiting.Sort(static (a, b) => a.Ticket.Place.Sequence.CompareTo(b.Ticket.Place.Sequence));
        foreach (var (ticket, _) in waiting)
        {
            var (since, deadline) = (ticket.Place.Since, ticket.Place.Deadline);
            AddDeadline(ticket, since, deadline == LimitRule.Never ? deadline : deadline - since);
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
    }

    /// <summary>Lets the next one go, if anybody may.</summary>
    public LineStep Next(ILimitStore store, long now)
    {
        Age(now);
        LineStep step;
        do
        {
            // Whoever steps aside for one limit may let another's first try again, in a class that was passed already.
            _blocked = null;
            _lots.SendScouts(now);
            step = Try(store);
        }
        while (step.Ticket is null && _lots.NextDue <= now);
        return step;
    }

    /// <summary>What stands before a newcomer at one partition, by the present order of the line.</summary>
    public long QueuedBefore(AdmissionTicket ticket, Partition partition)
    {
        var rank = RankOf(ticket.Request.Priority);
        var own = _classes[rank];
        var tenants = own.CountOf(ticket.Request.Tenant);
        var before = 0L;
        for (var higher = 0; higher < rank; higher++)
        {
            before = Saturating.Add(before, QueuedAt(_classes[higher], partition).Cost);
        }

        // Tenants take turns: before the newcomer's turn each of the others has had as many as its own tenant.
        var turns = (long)(tenants + 1) * own.FlowCount;
        var (waiting, queued) = QueuedAt(own, partition);
        return Saturating.Add(before, Share(queued, turns, waiting));
    }

    /// <summary>How many of a class wait for a partition and what they cost there. Whoever is parked does not wait for what all share: on average, by their number.</summary>
    private static (int Count, long Cost) QueuedAt(PriorityClass each, Partition partition)
    {
        if (!partition.Limit.IsShared)
        {
            return each.QueuedAt(partition);
        }

        var waiting = each.Arrivals.Count - each.ParkedCount;
        return (waiting, Share(each.Queued[partition.Limit.Unit], waiting, each.Arrivals.Count));
    }

    private static long Share(long amount, long part, long whole) => part >= whole ? amount : (long)((double)amount * part / whole);

    /// <summary>Lets the first go who may, in the order they stand.</summary>
    private LineStep Try(ILimitStore store)
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

                var decision = store.Admit(ticket);
                if (decision.IsAdmitted)
                {
                    PriorityClass.Spend(ticket);
                    Leave(ticket);
                    return new LineStep(ticket, RejectionReason.None);
                }

                if (decision.Earliest == LimitRule.Never && ticket.FirstExceeded() is { } tooSmall)
                {
                    Leave(ticket);
                    return new LineStep(ticket, RejectionReason.CostExceedsQuota, tooSmall);
                }

                if (decision.Refused is not { } own || own.Limit.IsShared || ticket.Place.Bounces >= ParkingLots.MostBounces)
                {
                    (_blocked, _blockedUntil, _blockedRank) = (ticket, decision.Earliest, each.Rank);
                    return default;
                }

                _lots.Park(lane, own, decision.Earliest);
            }
        }

        return default;
    }

    private bool HasRoomFor(AdmissionTicket ticket, int ranks)
    {
        var counted = _classes.AsSpan(0, ranks);
        var waiting = 0;
        foreach (var each in counted)
        {
            waiting += each.Arrivals.Count;
        }

        if (waiting >= Queue.Length || Queue.Costs.Count == 0)
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

    private static int RankOf(RequestPriority priority) => (int)RequestPriority.Critical - (int)priority;

    /// <summary>The largest share that a request takes of a limit all share: what tenants are compared by.</summary>
    private static long SizeOf(AdmissionTicket ticket)
    {
        const double Whole = 1L << 40;
        var size = 1L;
        foreach (ref var charge in ticket.Charges)
        {
            if (charge.Partition.Limit.IsShared)
            {
                size = Math.Max(size, (long)(Whole * charge.Cost / charge.Partition.Limit.Rule.Capacity));
            }
        }

        return size;
    }

    private void Join(AdmissionTicket ticket, int rank, long since)
    {
        ticket.Place.InClassSince = since;
        _classes[rank].Add(ticket);
    }

    /// <summary>From the lowest class up: whoever was not looked at for long rises as often as it has waited for.</summary>
    private void Age(long now)
    {
        for (var rank = Ranks - 1; rank > 0; rank--)
        {
            while (_classes[rank].Arrivals.First is { } oldest && now - oldest.Place.InClassSince >= Queue.Ageing.Ticks)
            {
                LeaveClass(oldest);
                Join(oldest, rank - 1, oldest.Place.InClassSince + Queue.Ageing.Ticks);
            }
        }
    }

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

        if (ticket.Deadline is { HeapIndex: > 0 } deadline)
        {
            _deadlines.Remove(deadline);
            ticket.Deadline = null;
        }
        else if (ticket.Place.Deadline != LimitRule.Never)
        {
            _usualDeadlines.Remove(ticket);
        }
    }

    private void LeaveClass(AdmissionTicket ticket)
    {
        var lane = ticket.Place.Lane!;
        var wasHead = ReferenceEquals(lane.Tickets.First, ticket);
        lane.Flow.Priority.Remove(ticket);
        if (wasHead)
        {
            _lots.HeadLeft(lane);
        }
    }

    private void AddDeadline(AdmissionTicket ticket, long now, long timeout)
    {
        ticket.Place.Deadline = timeout == LimitRule.Never ? LimitRule.Never : Saturating.Add(now, timeout);
        if (ticket.Place.Deadline == LimitRule.Never)
        {
            return;
        }

        if (timeout == Queue.Timeout.Ticks)
        {
            _usualDeadlines.AddLast(ticket);
        }
        else
        {
            ticket.Deadline = new Deadline(ticket);
            _deadlines.Add(ticket.Deadline);
        }
    }
}
