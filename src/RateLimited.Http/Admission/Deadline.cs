namespace RateLimited.Http.Admission;

/// <summary>When a ticket with a timeout of its own gives up.</summary>
internal sealed class Deadline(AdmissionTicket ticket) : IDue
{
    public AdmissionTicket Ticket { get; } = ticket;

    public long Due => Ticket.Place.Deadline;

    public int HeapIndex { get; set; }
}
