using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>What only few requests have, kept beside the ticket: of those that wait there may be very many, and each takes only what it needs.</summary>
internal sealed class TicketDetails
{
    /// <summary>What was asked, where that is more than a priority.</summary>
    public AdmissionRequest Asked;

    /// <summary>What a request takes of the limits that all share that asks for more than a priority.</summary>
    public long Size;

    /// <summary>The span of its time in line.</summary>
    public WaitSpan Span;

    /// <summary>The ticket's entry among the deadlines, when its timeout is not the line's.</summary>
    public Deadline? Deadline;

    /// <summary>When it joined its present class, if that is not the one it came to.</summary>
    public long RisenAt;

    /// <summary>The partition for whose sake it was refused.</summary>
    public Partition? RefusedBy;

    /// <summary>What its caller is told if it was refused.</summary>
    public RateLimitRejectedException? Failure;

    /// <summary>The token that had been cancelled when it was to be watched.</summary>
    public CancellationToken CancelledBy;

    public void Clear()
    {
        Asked = default;
        Span = default;
        (Deadline, RefusedBy, Failure, CancelledBy) = (null, null, null, default);
    }
}
