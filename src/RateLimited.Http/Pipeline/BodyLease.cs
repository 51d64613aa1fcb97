using RateLimited.Http.Admission;

namespace RateLimited.Http.Pipeline;

/// <summary>What a response's body holds while it lasts: a place that others wait for, or a cost that only its end tells. It is let go of exactly once. Thread-safe.</summary>
internal sealed class BodyLease(AdmissionTicket ticket, ServiceLimiter limiter, CostTail tail)
{
    private int _hasEnded;

    /// <summary>Whether others wait for it to end.</summary>
    public bool HoldsPlace { get; } = ticket.HoldsConcurrency;

    /// <summary>The next bytes of the body.</summary>
    public void Read(ReadOnlySpan<byte> bytes) => tail.Usage?.Read(bytes);

    /// <summary>The body is read from another place: what comes is not what comes next.</summary>
    public void Moved() => tail.Usage?.Lose();

    /// <summary>Lets go of it, once, however often and from wherever it is called.</summary>
    public void End(bool isComplete)
    {
        if (Interlocked.Exchange(ref _hasEnded, 1) == 0)
        {
            tail.Complete(ticket, limiter, isComplete);
        }
    }
}
