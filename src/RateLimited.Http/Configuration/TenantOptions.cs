namespace RateLimited.Http.Configuration;

/// <summary>Limits for each tenant.</summary>
public sealed class TenantOptions
{
    /// <summary>The limits of each tenant that is in no class.</summary>
    public IList<LimitOptions> Limits { get; } = [];

    /// <summary>Classes of tenants, by name.</summary>
    public IDictionary<string, TenantClassOptions> Classes { get; } = new Dictionary<string, TenantClassOptions>(StringComparer.Ordinal);

    /// <summary>Which class a tenant that is listed in none belongs to, by name, or null. Must be fast, pure and thread-safe. Code only. Default: null.</summary>
    public Func<string, string?>? ClassOf { get; set; }
}
