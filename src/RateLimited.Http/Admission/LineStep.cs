namespace RateLimited.Http.Admission;

/// <summary>What a look at the waiting line came to.</summary>
/// <param name="Ticket">Who leaves the line, or null when nobody can now.</param>
/// <param name="Reason"><see cref="RejectionReason.None"/> when the ticket was admitted, else why it is refused.</param>
/// <param name="Refused">The partition that refused it, or null.</param>
internal readonly record struct LineStep(AdmissionTicket? Ticket, RejectionReason Reason, Partition? Refused = null);
