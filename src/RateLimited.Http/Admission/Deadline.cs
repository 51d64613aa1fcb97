namespace RateLimited.Http.Admission;

/// <summary>When a ticket with a timeout of its own gives up.</summary>
internal sealed class Deadline(AdmissionTicket ticket, long due) : IDue
{
    public AdmissionTicket Ticket { get; } = ticket;

    public long Due { get; } = due;

    public int HeapIndex { get; set; }
}
