namespace RateLimited.Http;

/// <summary>
/// What is asked of a service's limits: may a request of this cost, priority and tenant go? The default value asks for one request
/// of normal priority without a tenant.
/// </summary>
public readonly record struct AdmissionRequest
{
    /// <summary>The priority class in the waiting line. Default: <see cref="RequestPriority.Normal"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the classes.</exception>
    public RequestPriority Priority
    {
        get;
        init => field = value is >= RequestPriority.Background and <= RequestPriority.Critical
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A priority is one of the classes of RequestPriority.");
    }

    /// <summary>
    /// Whom the request is made for. Limits per tenant count by it and the waiting line is fair between tenants.
    /// Default: null, which is a tenant of its own in the line and is not counted by limits per tenant.
    /// </summary>
    public string? Tenant { get; init; }

    /// <summary>
    /// The configured endpoint, by its key in <c>Endpoints</c>. Default: null. An endpoint that is not configured has the
    /// service's limits alone.
    /// </summary>
    public string? Endpoint { get; init; }

    /// <summary>The name that limits partitioned by <see cref="PartitionBy.Name"/> count by: a channel, a repository, a shop. Default: null.</summary>
    public string? Partition { get; init; }

    /// <summary>
    /// What the request costs by unit. <c>requests</c> costs one unless it stands here; every other unit costs nothing unless it stands here.
    /// Default: null. The list is read, never kept or changed.
    /// </summary>
    /// <exception cref="ArgumentException">A unit is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An amount is negative.</exception>
    public IReadOnlyList<UnitCost>? Costs
    {
        get;
        init => field = Valid(value);
    }

    /// <summary>
    /// The longest time to stand in line. Default: null, the service's <c>Queue:Timeout</c>. A wait that is known to be longer is
    /// refused at once. <see cref="TimeSpan.Zero"/> never waits; <see cref="System.Threading.Timeout.InfiniteTimeSpan"/> waits for as long as it takes.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative and not infinite.</exception>
    public TimeSpan? Timeout
    {
        get;
        init => field = value is null || value >= TimeSpan.Zero || value == System.Threading.Timeout.InfiniteTimeSpan
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A timeout is zero or longer, or infinite.");
    }

    /// <summary>What is said of the key it goes with; null where any may serve.</summary>
    internal KeyWish? Key { get; init; }

    /// <summary>Who estimated the costs and who will say what they were, where somebody did or will.</summary>
    internal CostSources? CostSources { get; init; }

    /// <summary>Whether it asks for nothing that must be remembered but its priority.</summary>
    internal bool IsPlain => Tenant is null && Endpoint is null && Partition is null && Costs is null && Key is null && CostSources is null;

    /// <summary>A request that costs <paramref name="amount"/> of <paramref name="unit"/> besides its one request.</summary>
    /// <exception cref="ArgumentException"><paramref name="unit"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="amount"/> is negative.</exception>
    public static AdmissionRequest Of(string unit, long amount)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(unit);
        ArgumentOutOfRangeException.ThrowIfNegative(amount);
        return new AdmissionRequest { Costs = [new UnitCost(unit, amount)] };
    }

    private static IReadOnlyList<UnitCost>? Valid(IReadOnlyList<UnitCost>? costs)
    {
        for (var i = 0; i < (costs?.Count ?? 0); i++)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(costs![i].Unit, nameof(costs));
            ArgumentOutOfRangeException.ThrowIfNegative(costs[i].Amount, nameof(costs));
        }

        return costs;
    }
}
