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
    private readonly TicketList<DueLinks> _usualDeadlines = new();
    private readonly InstantHeap<Deadline> _deadlines = new();
    private readonly ParkingLots _lots = new();
    private long _arrivals;
    private long _blockedUntil;
    private int _blockedRank = int.MaxValue;
    private AdmissionTicket? _blocked;
    private QueueDefinition _queue = null!;
    private bool _hasCostBounds;
    private long _nextRise = LimitRule.Never;
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

    /// <summary>The first instant at which somebody may go or gives up; <see cref="LimitRule.Never"/> when only an event can tell.</summary>
    public long NextInstant => Math.Min(NextGo, NextDeadline);

    private long NextGo => Math.Min(_blocked is null ? LimitRule.Never : _blockedUntil, _lots.NextDue);

    private long NextDeadline =>
        Math.Min(_usualDeadlines.First?.Place.Deadline ?? LimitRule.Never, _deadlines.First?.Due ?? LimitRule.Never);

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
        var rank = RankOf(ticket.Priority);
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
        _nextRise = LimitRule.Never;
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

        if (released.Key is not null)
        {
            _lots.LoosenKeys();
        }
    }

    /// <summary>Lets those go who may go next, at most so many. Returns how many left; zero when nobody may.</summary>
    public int Next(ILimitStore store, long now, int most, ref LeavingTickets leaving)
    {
        Age(now);
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
                    LetGo(run[..admitted], ref leaving);
                    return admitted;
                }

                if (WhyInVain(ticket, decision) is { Reason: not RejectionReason.None } why)
                {
                    Leave(ticket);
                    leaving.Add(ticket, why.Reason, why.RefusedBy);
                    return 1;
                }

                if (LotOf(ticket, decision.Refused) is not { } own || own.Limit.IsShared || ticket.Place.Bounces >= ParkingLots.MostBounces)
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
    private static (RejectionReason Reason, Partition? RefusedBy) WhyInVain(AdmissionTicket ticket, in Decision decision) =>
        decision.Told > ticket.Place.Deadline ? (RejectionReason.Timeout, null)
        : decision.Earliest != LimitRule.Never ? (RejectionReason.None, null)
        : ticket.FirstExceeded() is { } tooSmall ? (RejectionReason.CostExceedsQuota, tooSmall)
        : decision.Refused is { Limit.Scope: LimitScope.KeyHealth } allOut ? (RejectionReason.NoKeyAvailable, allOut)
        : (RejectionReason.None, null);

    private void LetGo(ReadOnlySpan<AdmissionTicket> admitted, ref LeavingTickets leaving)
    {
        // The span is the lane's own array: each is read before its leaving empties its slot.
        foreach (var ticket in admitted)
        {
            PriorityClass.Spend(ticket);
            Leave(ticket);
            leaving.Add(ticket);
        }
    }

    /// <summary>Where a ticket waits that a partition has refused: at the partition, but for keys, where it waits for any that it may take. Null: before everybody.</summary>
    private static Partition? LotOf(AdmissionTicket ticket, Partition? refused) =>
        refused is { Limit.Scope: LimitScope.Key or LimitScope.KeyEndpoint or LimitScope.KeyHealth } && ticket.Key is { } claim ? claim.LotFor(refused) : refused;

    private static int RankOf(RequestPriority priority) => (int)RequestPriority.Critical - (int)priority;

    /// <summary>The largest share that a request takes of a limit all share: what tenants are compared by.</summary>
    private static long SizeOf(AdmissionTicket ticket)
    {
        var size = 1L;
        foreach (ref var charge in ticket.Charges)
        {
            if (charge.Partition.Limit.IsShared)
            {
                size = Math.Max(size, charge.Partition.Limit.ShareOf(charge.Cost));
            }
        }

        return ticket.Key is { } claim ? Math.Max(size, claim.SizeOf(ticket)) : size;
    }

    private void Join(AdmissionTicket ticket, int rank, long since)
    {
        ticket.Place.InClassSince = since;
        _classes[rank].Add(ticket);
        if (rank > 0)
        {
            _nextRise = Math.Min(_nextRise, Saturating.Add(since, Queue.Ageing.Ticks));
        }
    }

    /// <summary>From the lowest class up: whoever was not looked at for long rises as often as it has waited for.</summary>
    private void Age(long now)
    {
        if (now < _nextRise)
        {
            return;
        }

        _nextRise = LimitRule.Never;
        for (var rank = Ranks - 1; rank > 0; rank--)
        {
            while (_classes[rank].Arrivals.First is { } oldest)
            {
                var rise = Saturating.Add(oldest.Place.InClassSince, Queue.Ageing.Ticks);
                if (rise > now)
                {
                    _nextRise = Math.Min(_nextRise, rise);
                    break;
                }

                LeaveClass(oldest);
                Join(oldest, rank - 1, rise);
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

        if (ticket.Place.Deadline == LimitRule.Never)
        {
            return;
        }

        if (ticket.Deadline is { } deadline)
        {
            _deadlines.Remove(deadline);
            ticket.Deadline = null;
        }
        else
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
