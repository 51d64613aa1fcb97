namespace RateLimited.Http.Testing.Limits;

/// <summary>What an upstream decided about a request: a ticket, or a refusal.</summary>
/// <param name="Ticket">The ticket of an admitted request.</param>
/// <param name="Refusal">Why it was refused.</param>
public readonly record struct UpstreamVerdict(UpstreamTicket? Ticket, UpstreamRefusal? Refusal)
{
    /// <summary>The request was admitted.</summary>
    public bool IsAdmitted => Refusal is null;
}
