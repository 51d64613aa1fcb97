using RateLimited.Http.Admission.Sharing;

namespace RateLimited.Http.Admission;

/// <summary>One key in the store.</summary>
/// <param name="Handle">The key.</param>
/// <param name="Group">The place of its quota group in the list of groups.</param>
/// <param name="Quota">That group.</param>
/// <param name="Lot">Where those wait aside who can go with this key alone.</param>
internal sealed record BoundKey(KeyHandle Handle, int Group, QuotaGroup Quota, Partition Lot)
{
    public string Name => Handle.Name;
}

/// <summary>A quota that one key or several draw on, with the limits that responses told of. It outlives reloads.</summary>
internal sealed class QuotaGroup(string name, QuotaOwner? owner)
{
    private FirstAnswer? _first;

    /// <summary>As it is shown.</summary>
    public string Name { get; } = name;

    /// <summary>As other processes know it, where they count it too; else null.</summary>
    public QuotaOwner? Owner { get; } = owner;

    /// <summary>Only under the store's gate.</summary>
    public ReportedLimits Reported { get; } = new();

    /// <summary>Only under the store's gate.</summary>
    public FirstAnswer First => _first ??= new FirstAnswer(Reported);

    /// <summary>What processes tell each other of whether responses tell of it; null where nobody has yet. Only under the store's gate.</summary>
    public SharedRest? Told { get; set; }
}

/// <summary>The keys that some requests may go with: those of the same class of tenants to the same origin.</summary>
/// <param name="Keys">The keys.</param>
/// <param name="Lot">Where those wait who find no room with any of them. Where all requests of the service may go with the same keys it is shared, and holds up everybody behind.</param>
internal sealed record KeyRoster(BoundKey[] Keys, Partition Lot);

/// <summary>The keys that requests to one endpoint may go with, each with its limits there. Immutable.</summary>
internal sealed class KeySet(KeyRing ring, KeyRoster roster, BoundLimit[][] limitsByGroup, Partition endpointLot, Partition outOfKeys, IReadOnlyDictionary<string, SharedRest[]>? rests = null)
{
    public KeyRing Ring { get; } = ring;

    public BoundKey[] Keys { get; } = roster.Keys;

    /// <summary>Where those wait who find no room with any key.</summary>
    public Partition Lot { get; } = roster.Lot;

    /// <summary>Where those wait whom only this endpoint's limits, or how the keys are at it, hold up.</summary>
    public Partition EndpointLot { get; } = endpointLot;

    /// <summary>What refuses where no limit does: all keys are out.</summary>
    public Partition OutOfKeys { get; } = outOfKeys;

    /// <summary>The limits of one of the keys.</summary>
    public BoundLimit[] LimitsOf(BoundKey key) => limitsByGroup[key.Group];

    /// <summary>What other processes tell of one of the keys: of its quota, and of where it is accepted; none where there are none.</summary>
    public SharedRest[] RestsOf(BoundKey key) => rests is null ? [] : rests[key.Name];
}

/// <summary>The keys that the requests of one plan may go with, by where they go to.</summary>
/// <param name="Any">For requests that do not say where they go.</param>
/// <param name="Every">All keys of the service, whoever they are reserved for.</param>
/// <param name="ByRealm">By the origin that keys belong to; empty where all belong to the same.</param>
/// <param name="Limits">All limits of all of them.</param>
internal sealed record KeySets(KeySet Any, KeySet Every, IReadOnlyList<(string Realm, KeySet Keys)> ByRealm, IReadOnlyList<BoundLimit> Limits)
{
    /// <summary>How many limits a key has at most.</summary>
    public int MostLimits { get; } = Any.Keys.Select(key => Any.LimitsOf(key).Length).DefaultIfEmpty().Max();

    /// <summary>Whether requests would wait for the first answer with one of them if another process said that answers tell.</summary>
    public bool HingesOnOthers { get; } = Every.Keys.Any(static key => key.Quota.First.HingesOnOthers);

    public KeySet Of(string? realm)
    {
        if (realm is not null)
        {
            foreach (var (name, keys) in ByRealm)
            {
                if (string.Equals(name, realm, StringComparison.Ordinal))
                {
                    return keys;
                }
            }
        }

        return Any;
    }
}
