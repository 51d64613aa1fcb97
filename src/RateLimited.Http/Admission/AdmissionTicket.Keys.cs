namespace RateLimited.Http.Admission;

/// <summary>The key that a request goes with.</summary>
internal sealed partial class AdmissionTicket
{
    /// <summary>The claim to a key; null where the service has none, or the request goes without.</summary>
    public KeyClaim? Key => _details?.Key;

    /// <summary>What it is charged of a limit; nothing where it is not counted by it.</summary>
    public long CostAt(BoundLimit limit) => Math.Min(Costs is null ? limit.CostOfOne : Math.Max(CostOf(limit.Unit, Costs, limit.PartsPerUnit), limit.LeastCost), limit.MostCost);

    /// <summary>What tells its lane apart from others of the same plan, or null.</summary>
    public string? LaneName => Plan.IsCountedByName || Key?.Particulars is not null ? Key?.Particulars + (Plan.IsCountedByName ? Partition : null) : null;

    /// <summary>Adds what the chosen key's limits are to be charged. Under the store's gate, just before they are.</summary>
    public void TakeKey(BoundKey key)
    {
        foreach (var limit in Key!.Set.LimitsOf(key))
        {
            if (CostAt(limit) is > 0 and var cost)
            {
                Details.Add(limit, limit.Only!, cost, Plan.MostCharges);
            }
        }
    }

    private bool ClaimsAs(AdmissionTicket other) => Key?.IsSameAs(other.Key) ?? other.Key is null;

    /// <summary>A partition whose limit could never give what the request costs, when there is one at every key.</summary>
    private Partition? FirstExceededByKeys(KeyClaim claim)
    {
        Partition? first = null;
        foreach (var key in claim.Set.Keys)
        {
            if (claim.MayTake(key))
            {
                if (ExceededAt(claim.Set.LimitsOf(key)) is not { } exceeded)
                {
                    return null;
                }

                first ??= exceeded;
            }
        }

        return first;
    }

    private Partition? ExceededAt(BoundLimit[] limits)
    {
        foreach (var limit in limits)
        {
            if (CostAt(limit) > limit.Capacity)
            {
                return limit.Only;
            }
        }

        return null;
    }
}
