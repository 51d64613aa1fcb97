namespace RateLimited.Http.Admission;

/// <summary>The limits that the requests of one endpoint and one class of tenants have, from the global ones to the tenant's.</summary>
internal sealed class LimitPlan(BoundService service, IReadOnlyList<BoundLimit> limits, int weight)
{
    public BoundService Service { get; } = service;

    public BoundLimit[] Limits { get; } = [.. limits];

    /// <summary>The share of the class's tenants in the line.</summary>
    public int Weight { get; } = weight;

    /// <summary>Whether any limit is released: then a lease has to be held until the work ends.</summary>
    public bool IsReleased { get; } = limits.Any(limit => limit.Rule.IsReleased);

    /// <summary>
    /// What all requests share, where that is all there is and each costs one of it or its permits: then a request needs no resolving. Null otherwise.
    /// </summary>
    public Partition[]? Shared { get; } = limits.All(limit => limit.Only is not null && limit.Unit == UnitCost.Requests && !limit.Rule.IsReleased)
        ? [.. limits.Select(limit => limit.Only!)]
        : null;
}
