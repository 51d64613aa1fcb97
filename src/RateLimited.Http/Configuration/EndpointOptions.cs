namespace RateLimited.Http.Configuration;

/// <summary>An endpoint with limits of its own.</summary>
public sealed class EndpointOptions
{
    /// <summary>The endpoint's own limits, beside the service's.</summary>
    public IList<LimitOptions> Limits { get; } = [];

    /// <summary>Whether the service's own limits apply too. Default: true. In configuration, <c>"Limits": "none"</c> sets it to false and leaves no limits at all.</summary>
    public bool ServiceLimits { get; set; } = true;

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

    /// <summary>Leaves the service's own limits out: requests to the endpoint have the endpoint's limits alone.</summary>
    public EndpointOptions WithoutServiceLimits()
    {
        ServiceLimits = false;
        return this;
    }
}
