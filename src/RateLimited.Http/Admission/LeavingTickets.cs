namespace RateLimited.Http.Admission;

/// <summary>Those who have left the line and are told so when its lock is released, in the order they left.</summary>
internal struct LeavingTickets
{
    private AdmissionTicket? _last;

    public AdmissionTicket? First { get; private set; }

    /// <summary>Whether more may leave now than were taken at once.</summary>
    public bool IsCut { get; set; }

    public void Add(AdmissionTicket ticket, in LineStep outcome)
    {
        ticket.Outcome = outcome;
        if (_last is null)
        {
            First = ticket;
        }
        else
        {
            _last.NextDone = ticket;
        }

        _last = ticket;
    }
}
