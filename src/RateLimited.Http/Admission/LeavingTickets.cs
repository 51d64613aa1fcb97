using System.Buffers;

namespace RateLimited.Http.Admission;

/// <summary>Those who have left the line and are told so when its lock is released, in the order they left. Mostly one, which needs no array.</summary>
internal struct LeavingTickets
{
    private const int SmallestArray = 16;

    private AdmissionTicket? _first;
    private AdmissionTicket?[]? _others;
    private int _count;

    public readonly int Count => _count;

    /// <summary>How many of them are under way from now on.</summary>
    public int Admitted { get; private set; }

    /// <summary>Whether more may leave now than were taken at once.</summary>
    public bool IsCut { get; set; }

    public readonly AdmissionTicket this[int index] => (index == 0 ? _first : _others![index - 1])!;

    /// <summary>Adds one that was admitted.</summary>
    public void Add(AdmissionTicket ticket)
    {
        Admitted += ticket.IsForGood ? 0 : 1;
        Append(ticket);
    }

    /// <summary>Adds one that is refused.</summary>
    public void Add(AdmissionTicket ticket, RejectionReason reason, Partition? refusedBy = null)
    {
        ticket.RefuseFor(reason, refusedBy);
        Append(ticket);
    }

    /// <summary>All have been told.</summary>
    public void Clear()
    {
        if (_others is not null)
        {
            ArrayPool<AdmissionTicket?>.Shared.Return(_others, clearArray: true);
        }

        this = default;
    }

    private void Append(AdmissionTicket ticket)
    {
        if (_count == 0)
        {
            _first = ticket;
        }
        else
        {
            if (_count > (_others?.Length ?? 0))
            {
                Grow();
            }

            _others![_count - 1] = ticket;
        }

        _count++;
    }

    private void Grow()
    {
        var larger = ArrayPool<AdmissionTicket?>.Shared.Rent(_others is null ? SmallestArray : _others.Length * 2);
        if (_others is not null)
        {
            _others.CopyTo(larger, 0);
            ArrayPool<AdmissionTicket?>.Shared.Return(_others, clearArray: true);
        }

        _others = larger;
    }
}
