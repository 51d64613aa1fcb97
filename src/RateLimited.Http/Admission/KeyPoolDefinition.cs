namespace RateLimited.Http.Admission;

/// <summary>The keys of a service, one of which each of its requests goes with.</summary>
/// <param name="Ring">How they are and which goes next. It outlives reloads.</param>
/// <param name="Keys">The keys, in the order they are listed.</param>
internal sealed record KeyPoolDefinition(KeyRing Ring, IReadOnlyList<KeyDefinition> Keys);

/// <summary>One key of a service.</summary>
/// <param name="Handle">The key. It outlives reloads.</param>
/// <param name="Group">Whose quota it draws on: keys of one group have one quota together. As it is shown.</param>
internal sealed record KeyDefinition(KeyHandle Handle, string Group)
{
    /// <summary>The origin it belongs to; null for any.</summary>
    public string? Realm { get; init; }

    /// <summary>Whose quota it draws on, as other processes know it; null where nobody else can.</summary>
    public QuotaOwner? Owner { get; init; }

    /// <summary>The key itself, as other processes know it; null where nobody else can.</summary>
    public QuotaOwner? Self { get; init; }

    /// <summary>The limits of its group in place of those that the service has for each key; null for those.</summary>
    public IReadOnlyList<LimitDefinition>? Limits { get; init; }

    /// <summary>The classes of tenants that it is reserved for; none for everybody.</summary>
    public IReadOnlyCollection<string> Classes { get; init; } = [];

    public bool IsFor(string? tenantClass) => Classes.Count == 0 || (tenantClass is not null && Classes.Contains(tenantClass, StringComparer.Ordinal));
}
