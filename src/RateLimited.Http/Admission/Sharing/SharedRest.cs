namespace RateLimited.Http.Admission.Sharing;

/// <summary>
/// What this process has told others and heard from them of how a key is at an endpoint, or how the quota is that it draws on, or whether responses tell of that. Only under the gate.
/// </summary>
internal sealed class SharedRest
{
    /// <param name="owner">Whose key or quota it is.</param>
    /// <param name="endpoint">Where the key is accepted or not; empty where no endpoint is named; null for the quota.</param>
    /// <param name="shared">Who asks.</param>
    /// <param name="store">Where the state lives that is this process's.</param>
    public SharedRest(QuotaOwner owner, string? endpoint, SharedService shared, InProcessStore store)
    {
        (Owner, Endpoint) = (owner, endpoint);
        var definition = new LimitDefinition(endpoint is null ? "rest" : $"rest at {endpoint}", UnitCost.Requests, new SharedRule(new RestRule(), shared), PartitionBy.Key) { Owner = owner };
        Balance = (SharedBalance)new BoundLimit(definition, LimitScope.KeyHealth, string.Empty, new PartitionBounds(1, 0), store).Only!.State.Extra!;
        Balance.Rest = this;
    }

    /// <summary>That of a service's circuit, which is no key's.</summary>
    public SharedRest(SharedService shared, InProcessStore store)
    {
        var definition = new LimitDefinition("circuit", UnitCost.Requests, new SharedRule(new RestRule(), shared));
        Owner = new QuotaOwner(Key: null, Group: null);
        Balance = (SharedBalance)new BoundLimit(definition, LimitScope.Circuit, string.Empty, new PartitionBounds(1, 0), store).Only!.State.Extra!;
        Balance.Rest = this;
    }

    /// <summary>That of whether responses tell of a quota.</summary>
    public SharedRest(QuotaGroup quota, SharedService shared, InProcessStore store)
    {
        var definition = new LimitDefinition("told", UnitCost.Requests, new SharedRule(new RestRule(), shared), PartitionBy.Key) { Owner = quota.Owner };
        (Owner, Quota) = (quota.Owner!, quota);
        Balance = (SharedBalance)new BoundLimit(definition, LimitScope.KeyHealth, string.Empty, new PartitionBounds(1, 0), store).Only!.State.Extra!;
        Balance.Rest = this;
    }

    public QuotaOwner Owner { get; }

    /// <summary>The quota, where it is whether responses tell of one; else null.</summary>
    public QuotaGroup? Quota { get; }

    public string? Endpoint { get; }

    /// <summary>What the store knows it by.</summary>
    public SharedBalance Balance { get; }

    /// <summary>The key, or one of those that draw on the quota.</summary>
    public KeyHandle Handle { get; set; } = null!;

    /// <summary>The version of what was heard last, or told.</summary>
    public long Version { get; set; }

    /// <summary>What was heard last, or told.</summary>
    public KeyRest Said { get; set; }

    /// <summary>Whether another process said it.</summary>
    public bool IsHeard { get; set; }
}
