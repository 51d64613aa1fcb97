namespace RateLimited.Http;

/// <summary>A request that the limits of a service let go. It never holds the text of an API key. Immutable.</summary>
public readonly record struct AdmittedRequest
{
    /// <summary>The service's name.</summary>
    public required string Service { get; init; }

    /// <summary>The endpoint that it is to go to, by its key in <c>Endpoints</c>; null where it is none of them.</summary>
    public string? Endpoint { get; init; }

    /// <summary>Whom it is for; null where nobody said.</summary>
    public string? Tenant { get; init; }
}
