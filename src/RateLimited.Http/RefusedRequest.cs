namespace RateLimited.Http;

/// <summary>A request that the limits of a service refused. It never holds the text of an API key. Immutable.</summary>
public readonly record struct RefusedRequest
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>Why it was refused.</summary>
    public required RejectionReason Reason { get; init; }

    /// <summary>The name of the limit that had no room; null where no limit was the reason.</summary>
    public string? Limit { get; init; }

    /// <summary>The configured endpoint that it was to go to; null where it is none of them.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Whom it was for; null where nobody said.</summary>
    public string? Tenant { get; init; }

    /// <summary>Whose limit had no room, as a status shows it: <c>key</c> and the name of an API key, or <c>group</c> and that of a quota group; null where it was no key's.</summary>
    public string? Key { get; init; }

    /// <summary>Its priority.</summary>
    public RequestPriority Priority { get; init; }
}
