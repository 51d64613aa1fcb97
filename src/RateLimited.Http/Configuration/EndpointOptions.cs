namespace RateLimited.Http.Configuration;

/// <summary>An endpoint with limits or costs of its own.</summary>
public sealed class EndpointOptions
{
    /// <summary>The endpoint's own limits, beside the service's.</summary>
    public IList<LimitOptions> Limits { get; } = [];

    /// <summary>Whether the service's own limits apply too. Default: true. In configuration, <c>"Limits": "none"</c> sets it to false and leaves no limits at all.</summary>
    public bool ServiceLimits { get; set; } = true;

    /// <summary>
    /// What a request to the endpoint costs by unit, 0 to 10^12 with at most six digits behind the point, unless the request says otherwise itself. Where it names no cost of a unit, that
    /// of a more general template which covers it counts, and at last the service's; a <c>requests</c> of 0 takes nothing from limits in requests. Default: none.
    /// </summary>
    public IDictionary<string, decimal> Costs { get; } = new Dictionary<string, decimal>(StringComparer.Ordinal);

    /// <summary>Adds a limit in its short form, see <see cref="LimitOptions.Parse"/>.</summary>
    /// <param name="limit">The short form, such as <c>30/minute</c>. What is wrong with it is reported when the options are validated, with all other faults.</param>
    public EndpointOptions Limit(string limit)
    {
        Limits.Add(LimitOptions.Read(limit, path: null));
        return this;
    }

    /// <summary>Adds a limit.</summary>
    /// <param name="limit">The limit.</param>
    public EndpointOptions Limit(LimitOptions limit)
    {
        Limits.Add(limit);
        return this;
    }

    /// <summary>Sets what a request to the endpoint costs in a unit.</summary>
    /// <param name="unit">The unit, as the limits write it.</param>
    /// <param name="amount">The amount, 0 to 10^12 with at most six digits behind the point.</param>
    public EndpointOptions Cost(string unit, decimal amount)
    {
        ArgumentNullException.ThrowIfNull(unit);
        Costs[unit] = amount;
        return this;
    }

    /// <summary>Leaves the service's own limits out: requests to the endpoint have the endpoint's limits alone.</summary>
    public EndpointOptions WithoutServiceLimits()
    {
        ServiceLimits = false;
        return this;
    }
}
