using RateLimited.Http.Limits;

namespace RateLimited.Http.Admission;

/// <summary>A ticket's claim to one of several keys: before it goes those that it may take, afterwards the one that it took.</summary>
internal sealed class KeyClaim
{
    private static readonly IReadOnlyList<string> Nothing = [];

    private static readonly int Own = ManagedSize.Object(6 * ManagedSize.Reference);

    private IReadOnlyList<string> _without = Nothing;

    public KeySet Set { get; private set; } = null!;

    /// <summary>What was said of keys, so that a reload can ask it anew.</summary>
    public KeyWish? Wish { get; private set; }

    /// <summary>The key that was chosen, until it is charged only in prospect. Under the store's gate.</summary>
    public BoundKey? Chosen { get; set; }

    /// <summary>The key that other processes were asked with last. Under the store's gate.</summary>
    public BoundKey? Asked { get; set; }

    /// <summary>Of keys that have no room, the one that has some first. Under the store's gate.</summary>
    public BoundKey? First { get; set; }

    /// <summary>Whether the ticket may take fewer keys than others with the same limits.</summary>
    public bool IsParticular => _without.Count > 0;

    /// <summary>What tells the ticket's lane apart from those of others with the same limits; null where nothing does.</summary>
    public string? Particulars { get; private set; }

    public long Bytes => Own + ManagedSize.Text(Particulars);

    public void Begin(KeySets keys, KeyWish? wish)
    {
        Set = keys.Of(wish?.Realm);
        Wish = wish;
        _without = wish?.Without ?? Nothing;
        Particulars = _without.Count > 0 || (wish?.Realm is not null && keys.ByRealm.Count > 0) ? $"\0{wish!.Realm}\0{string.Join('\0', _without)}\0" : null;
        Chosen = null;
        Asked = null;
        First = null;
    }

    public bool MayTake(BoundKey key)
    {
        for (var i = 0; i < _without.Count; i++)
        {
            if (string.Equals(_without[i], key.Name, StringComparison.Ordinal))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether another ticket claims the same.</summary>
    public bool IsSameAs(KeyClaim? other) => other is not null && ReferenceEquals(Set, other.Set) && string.Equals(Particulars, other.Particulars, StringComparison.Ordinal);

    /// <summary>Where the ticket waits that a partition of keys has refused. One that may take fewer keys than others holds up nobody.</summary>
    public Partition LotFor(Partition refused) =>
        IsParticular ? First?.Lot ?? Set.EndpointLot : refused.Limit.Scope == LimitScope.Key ? Set.Lot : Set.EndpointLot;

    /// <summary>The largest share that a ticket takes of what all its keys grant together: what tenants are compared by.</summary>
    public long SizeOf(AdmissionTicket ticket)
    {
        var least = long.MaxValue;
        foreach (var key in Set.Keys)
        {
            var size = 1L;
            foreach (var limit in Set.LimitsOf(key))
            {
                size = ticket.CostAt(limit) is > 0 and var cost ? Math.Max(size, limit.ShareOf(cost)) : size;
            }

            least = Math.Min(least, size);
        }

        return Set.Keys.Length == 0 ? 1 : Math.Max(least / Set.Keys.Length, 1);
    }
}
