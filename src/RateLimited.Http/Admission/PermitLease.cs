using System.Threading.RateLimiting;
using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>An acquired lease, in the face of System.Threading.RateLimiting.</summary>
internal sealed class PermitLease(AdmissionTicket? ticket) : RateLimitLease
{
    /// <summary>What is counted once and never released: there is nothing to hold.</summary>
    public static readonly PermitLease Admitted = new(ticket: null);

    private AdmissionTicket? _ticket = ticket;

    public override bool IsAcquired => true;

    public override IEnumerable<string> MetadataNames => [];

    /// <summary>The lease of what was admitted. It takes the ticket over.</summary>
    public static PermitLease Of(AdmissionTicket ticket)
    {
        if (ticket.HoldsConcurrency)
        {
            return new PermitLease(ticket);
        }

        if (ticket.IsForGood)
        {
            ticket.Abandon();
        }
        else
        {
            ticket.Complete();
        }

        return Admitted;
    }

    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        metadata = null;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        // The lease that everybody shares is only read: two threads that wrote to it would slow each other down.
        if (_ticket is not null)
        {
            Interlocked.Exchange(ref _ticket, value: null)?.Complete();
        }

        base.Dispose(disposing);
    }
}

/// <summary>An acquired lease of slots that needed no ticket.</summary>
internal sealed class HeldPermits(ServiceLimiter limiter, Partition[] held, int permits) : RateLimitLease
{
    private Partition[]? _held = held;

    public override bool IsAcquired => true;

    public override IEnumerable<string> MetadataNames => [];

    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        metadata = null;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _held, value: null) is { } held)
        {
            limiter.Release(held, permits);
        }

        base.Dispose(disposing);
    }
}

/// <summary>A refusal. It knows the instant and not the duration, so that what it says stays true while it is kept.</summary>
internal sealed class RefusedPermits(MonotonicClock clock, long earliest, string? limit) : RateLimitLease
{
    public override bool IsAcquired => false;

    public override IEnumerable<string> MetadataNames =>
        earliest == LimitRule.Never ? [MetadataName.ReasonPhrase.Name] : [MetadataName.RetryAfter.Name, MetadataName.ReasonPhrase.Name];

    public bool Says(long instant, string? by) => instant == earliest && string.Equals(limit, by, StringComparison.Ordinal);

    public override bool TryGetMetadata(string metadataName, out object? metadata)
    {
        if (earliest != LimitRule.Never && string.Equals(metadataName, MetadataName.RetryAfter.Name, StringComparison.Ordinal))
        {
            metadata = new TimeSpan(Math.Max(earliest - clock.Now, 0));
            return true;
        }

        if (string.Equals(metadataName, MetadataName.ReasonPhrase.Name, StringComparison.Ordinal))
        {
            metadata = limit is null ? "The request was refused." : $"The limit '{limit}' has no quota left.";
            return true;
        }

        metadata = null;
        return false;
    }
}
