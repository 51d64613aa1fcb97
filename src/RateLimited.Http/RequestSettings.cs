namespace RateLimited.Http;

/// <summary>
/// What one request, or all requests of a <see cref="RateLimitScope"/>, tell the limits. What is null is not said: then what surrounds it applies, and at last the
/// default. Immutable.
/// </summary>
public sealed class RequestSettings
{
    private static readonly TimeSpan LongestQueueTimeout = TimeSpan.FromDays(31);

    /// <summary>The priority class in the waiting line. Default: <see cref="RequestPriority.Normal"/>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is none of the classes.</exception>
    public RequestPriority? Priority
    {
        get;
        init => field = value is null or (>= RequestPriority.Background and <= RequestPriority.Critical)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A priority is one of the classes of RequestPriority.");
    }

    /// <summary>Whom the request is made for: limits per tenant count by it, and the line is fair between tenants. Default: nobody.</summary>
    /// <exception cref="ArgumentException">The value is empty.</exception>
    public string? Tenant
    {
        get;
        init => field = NullOrNamed(value);
    }

    /// <summary>The endpoint, by its key in <c>Endpoints</c>. Default: the one whose template matches the request best, if any does.</summary>
    /// <exception cref="ArgumentException">The value is empty.</exception>
    public string? Endpoint
    {
        get;
        init => field = NullOrNamed(value);
    }

    /// <summary>The name that limits partitioned by name count by: a channel, a repository, a shop. Default: none.</summary>
    /// <exception cref="ArgumentException">The value is empty.</exception>
    public string? Partition
    {
        get;
        init => field = NullOrNamed(value);
    }

    /// <summary>
    /// What the request costs by unit. Units that are not here cost what surrounds this says, and at last nothing; <c>requests</c> costs one. The list is copied.
    /// </summary>
    /// <exception cref="ArgumentException">A unit is empty or stands here twice.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An amount is negative.</exception>
    public IReadOnlyList<UnitCost>? Costs
    {
        get;
        init => field = value is null ? null : Valid([.. value]);
    }

    /// <summary>The longest time to stand in line, zero to 31 days. Zero never waits. Default: the service's <c>Queue:Timeout</c>.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The value is negative or longer than 31 days.</exception>
    public TimeSpan? QueueTimeout
    {
        get;
        init => field = value is null || (value >= TimeSpan.Zero && value <= LongestQueueTimeout)
            ? value
            : throw new ArgumentOutOfRangeException(nameof(value), value, "A queue timeout is between zero and 31 days.");
    }

    /// <summary>Whether the request goes past all limits, is not counted by them and waits for nothing. Default: false.</summary>
    public bool? Bypass { get; init; }

    /// <summary>
    /// Whether the request may be sent again after it may have been processed. Default: what its method promises, or true where it carries an <c>Idempotency-Key</c>. A request of which it is certain
    /// that it was not processed is repeated whatever this says.
    /// </summary>
    public bool? Repeatable { get; init; }

    /// <summary>Lets the caller say what the request truly cost, whenever that is known. Default: nobody does.</summary>
    public CostSettlement? Settlement { get; init; }

    /// <summary>These settings where they say something, and the others where they do not.</summary>
    internal RequestSettings Over(RequestSettings? others) => others is null ? this : new RequestSettings
    {
        Priority = Priority ?? others.Priority,
        Tenant = Tenant ?? others.Tenant,
        Endpoint = Endpoint ?? others.Endpoint,
        Partition = Partition ?? others.Partition,
        Costs = Costs is null ? others.Costs : CostsOver(others.Costs),
        QueueTimeout = QueueTimeout ?? others.QueueTimeout,
        Bypass = Bypass ?? others.Bypass,
        Repeatable = Repeatable ?? others.Repeatable,
        Settlement = Settlement ?? others.Settlement,
    };

    private static string? NullOrNamed(string? value)
    {
        if (value is not null)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(value);
        }

        return value;
    }

    private static UnitCost[] Valid(UnitCost[] costs)
    {
        for (var i = 0; i < costs.Length; i++)
        {
            ArgumentException.ThrowIfNullOrWhiteSpace(costs[i].Unit, nameof(costs));
            ArgumentOutOfRangeException.ThrowIfNegative(costs[i].Amount, nameof(costs));
            if (Names(costs.AsSpan(0, i), costs[i].Unit))
            {
                throw new ArgumentException($"The unit '{costs[i].Unit}' stands in the costs twice; write its whole cost once.", nameof(costs));
            }
        }

        return costs;
    }

    private static bool Names(ReadOnlySpan<UnitCost> costs, string unit)
    {
        foreach (var cost in costs)
        {
            if (string.Equals(cost.Unit, unit, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private IReadOnlyList<UnitCost>? CostsOver(IReadOnlyList<UnitCost>? others)
    {
        if (others is null)
        {
            return Costs;
        }

        UnitCost[] own = [.. Costs!];
        return [.. own, .. others.Where(cost => !Names(own, cost.Unit))];
    }
}
