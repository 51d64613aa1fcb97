using System.Diagnostics.CodeAnalysis;

namespace RateLimited.Http;

/// <summary>The answer to an attempt that does not wait: a lease, or why not and when.</summary>
public readonly record struct AdmissionResult
{
    /// <summary>The lease, or null when the request was not admitted.</summary>
    public ServiceLease? Lease { get; init; }

    /// <summary>Why the request was not admitted; <see cref="RejectionReason.None"/> when it was.</summary>
    public RejectionReason Reason { get; init; }

    /// <summary>The name of the limit that refused, or null.</summary>
    public string? Limit { get; init; }

    /// <summary>
    /// How long until the request could be admitted if nobody else goes before it; null when it was admitted, or when it is not known
    /// (a concurrency limit ends with somebody's release) or never.
    /// </summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the request was admitted.</summary>
    [MemberNotNullWhen(true, nameof(Lease))]
    public bool IsAdmitted => Lease is not null;
}
