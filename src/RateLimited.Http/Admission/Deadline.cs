using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>When a ticket with a timeout of its own gives up.</summary>
internal sealed class Deadline(AdmissionTicket ticket, long due) : IDue
{
    /// <summary>What one takes on the heap.</summary>
    public static readonly int Bytes = ManagedSize.Object(ManagedSize.Reference + sizeof(long) + sizeof(int));

    public AdmissionTicket Ticket { get; } = ticket;

    public long Due { get; } = due;

    public int HeapIndex { get; set; }
}
