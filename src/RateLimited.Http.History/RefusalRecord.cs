namespace RateLimited.Http.History;

/// <summary>Requests that a service's limits refused, all alike and within one minute. <see cref="HistoryRecord.At"/> is when the first of them was. Immutable.</summary>
public sealed record RefusalRecord : HistoryRecord
{
    /// <summary>How many there were.</summary>
    public long Count { get; init; } = 1;

    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>Why they were refused.</summary>
    public required RejectionReason Reason { get; init; }

    /// <summary>The name of the limit that had no room; null where no limit was the reason.</summary>
    public string? Limit { get; init; }

    /// <summary>The configured endpoint that they were to go to; null where it is none of them. At most 256 characters.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Whom they were for; null where nobody said. At most 256 characters.</summary>
    public string? Tenant { get; init; }

    /// <summary>Whose limit had no room, as a status shows it: <c>key</c> and the name of an API key, or <c>group</c> and that of a quota group; null where it was no key's.</summary>
    public string? Key { get; init; }

    /// <summary>Their priority.</summary>
    public RequestPriority Priority { get; init; }
}
