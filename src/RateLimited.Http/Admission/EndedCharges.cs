namespace RateLimited.Http.Admission;

/// <summary>
/// What a request that has ended was charged, kept so that its caller can still say what it truly cost. It pins no partition: one that was forgotten meanwhile was whole again, and has
/// nothing left to give back.
/// </summary>
internal sealed class EndedCharges(ServiceLimiter owner, AdmissionTicket ticket) : ISettledCharges
{
    private readonly Charge[] _charges = Settled(ticket.Charges);

    public BoundService Service { get; } = ticket.Plan.Service;

    public long ChargedAt { get; } = ticket.ChargedAt;

    /// <summary>Only under the store's gate.</summary>
    public Span<Charge> Charges => _charges;

    public void Settle(in UnitCost actual) => owner.Settle(this, actual);

    /// <summary>The charges as they are once the ticket has been completed.</summary>
    private static Charge[] Settled(ReadOnlySpan<Charge> charges)
    {
        var settled = charges.ToArray();
        foreach (ref var charge in settled.AsSpan())
        {
            charge.Cost = charge.Actual == Charge.Unsettled ? charge.Cost : charge.Actual;
        }

        return settled;
    }
}
