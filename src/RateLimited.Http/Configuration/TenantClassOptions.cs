namespace RateLimited.Http.Configuration;

/// <summary>A class of tenants.</summary>
public sealed class TenantClassOptions
{
    /// <summary>The limits of each tenant of the class, in place of those for tenants of no class.</summary>
    public IList<LimitOptions> Limits { get; } = [];

    /// <summary>The tenants of the class.</summary>
    public IList<string> Tenants { get; } = [];

    /// <summary>The share of a tenant of the class in the waiting line, 1 to 1 000. Default: 1.</summary>
    public int Weight { get; set; } = 1;
}
