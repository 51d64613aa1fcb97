namespace RateLimited.Http.Admission;

/// <summary>Those who have left the line and are told so when its lock is released, in the order they left: linked by what linked them in their class.</summary>
internal struct LeavingTickets
{
    private AdmissionTicket? _last;

    public AdmissionTicket? First { get; private set; }

    /// <summary>How many of them were admitted.</summary>
    public int Admitted { get; private set; }

    /// <summary>Whether more may leave now than were taken at once.</summary>
    public bool IsCut { get; set; }

    /// <summary>Adds one that was admitted.</summary>
    public void Add(AdmissionTicket ticket)
    {
        Admitted++;
        Append(ticket);
    }

    /// <summary>Adds one that is refused.</summary>
    public void Add(AdmissionTicket ticket, RejectionReason reason, Partition? refusedBy = null)
    {
        (ticket.Reason, ticket.RefusedBy) = (reason, refusedBy);
        Append(ticket);
    }

    /// <summary>Takes the first out, for good.</summary>
    public AdmissionTicket? Take()
    {
        var first = First;
        if (first is not null)
        {
            ref var link = ref first.Place.InClass.Next;
            (First, link) = (link, null);
        }

        return first;
    }

    private void Append(AdmissionTicket ticket)
    {
        if (_last is null)
        {
            First = ticket;
        }
        else
        {
            _last.Place.InClass.Next = ticket;
        }

        _last = ticket;
    }
}
