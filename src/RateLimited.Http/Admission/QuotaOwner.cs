namespace RateLimited.Http.Admission;

/// <summary>
/// Whose quota it is that a limit by key counts, in whichever process: a key's, which is known by its text, or that of a group, which is known by its name. What a key is called, each process decides
/// for itself. Immutable.
/// </summary>
/// <param name="Key">The key; null where it is a group's.</param>
/// <param name="Group">The group; null where it is one key's.</param>
internal sealed record QuotaOwner(ApiKey? Key, string? Group)
{
    /// <summary>The endpoint that the limit stands under; empty for the service's own.</summary>
    public string Endpoint { get; init; } = string.Empty;
}
