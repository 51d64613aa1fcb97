using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>What the time does to those who wait: they rise a class after each ageing time, and give up at their deadlines.</summary>
internal sealed partial class WaitingLine
{
    private readonly TicketQueue<InDue> _usualDeadlines = new();
    private readonly InstantHeap<Deadline> _deadlines = new();
    private long _nextRise = LimitRule.Never;

    /// <summary>The first instant at which somebody may go or gives up; <see cref="LimitRule.Never"/> when only an event can tell.</summary>
    public long NextInstant => Math.Min(NextGo, NextDeadline);

    private long NextGo => Math.Min(_blocked is null ? LimitRule.Never : _blockedUntil, _lots.NextDue);

    private long NextDeadline =>
        Math.Min(_usualDeadlines.First is { } first ? DeadlineOf(first) : LimitRule.Never, _deadlines.First?.Due ?? LimitRule.Never);

    /// <summary>Takes out whoever has waited too long.</summary>
    public AdmissionTicket? TakeExpired(long now)
    {
        var expired = _usualDeadlines.First;
        if (expired is null || DeadlineOf(expired) > now)
        {
            expired = _deadlines.First is { } first && first.Due <= now ? first.Ticket : null;
        }

        if (expired is not null)
        {
            Leave(expired);
        }

        return expired;
    }

    private void Join(AdmissionTicket ticket, int rank, long since)
    {
        if (since != ticket.Place.Since)
        {
            ticket.Details.RisenAt = since;
        }

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
            while (_classes[rank].Oldest is { } oldest)
            {
                var rise = Saturating.Add(oldest.InClassSince, Queue.Ageing.Ticks);
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

    private void WithdrawDeadline(AdmissionTicket ticket)
    {
        if (!ticket.HasDeadline)
        {
            return;
        }

        ticket.Details.HasDeadline = false;
        if (ticket.Details.Deadline is { } deadline)
        {
            _deadlines.Remove(deadline);
            ticket.Details.Deadline = null;
        }
        else
        {
            _usualDeadlines.Remove(ticket);
        }
    }

    private void AddDeadline(AdmissionTicket ticket, long due)
    {
        if (due == LimitRule.Never)
        {
            return;
        }

        ticket.Details.HasDeadline = true;
        if (due == Saturating.Add(ticket.Place.Since, Queue.Timeout.Ticks))
        {
            _usualDeadlines.AddLast(ticket);
        }
        else
        {
            ticket.Details.Deadline = new Deadline(ticket, due);
            _deadlines.Add(ticket.Details.Deadline);
        }
    }

    private long DeadlineOf(AdmissionTicket ticket) =>
        !ticket.HasDeadline ? LimitRule.Never : ticket.Details.Deadline?.Due ?? Saturating.Add(ticket.Place.Since, Queue.Timeout.Ticks);
}
