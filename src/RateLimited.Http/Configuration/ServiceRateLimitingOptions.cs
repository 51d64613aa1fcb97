namespace RateLimited.Http.Configuration;

/// <summary>The limits of one service and what happens at them: the section <c>RateLimiting:Services:{name}</c>.</summary>
public sealed class ServiceRateLimitingOptions
{
    /// <summary>Whether limits are enforced. Default: <see cref="RateLimitMode.Enforce"/>. Reloadable.</summary>
    public RateLimitMode Mode { get; set; }

    /// <summary>The limits that all requests of the service have.</summary>
    public IList<LimitOptions> Limits { get; } = [];

    /// <summary>
    /// Endpoints with limits of their own, by template: a method or <c>*</c>, a space, and a path such as <c>GET /repos/{owner}/{repo}/*</c>; or a plain name that requests set.
    /// </summary>
    public IDictionary<string, EndpointOptions> Endpoints { get; } = new Dictionary<string, EndpointOptions>(StringComparer.Ordinal);

    /// <summary>Limits for each tenant, and classes of tenants.</summary>
    public TenantOptions Tenants { get; } = new();

    /// <summary>The waiting line.</summary>
    public QueueOptions Queue { get; } = new();

    /// <summary>
    /// How much limits are padded so that they hold where requests arrive and not only where they are sent: 0 to 10 seconds. Default: null, <c>Auto</c>, the measured
    /// spread of the service's latency.
    /// </summary>
    public TimeSpan? ArrivalGuard { get; set; }

    /// <summary>What a refused request gets. Default: <see cref="RejectionBehavior.Throw"/>.</summary>
    public RejectionBehavior Rejection { get; set; }

    /// <summary>
    /// After how long without a byte read from it a response body is given up: its lease ends and its stream is closed. Default: 2 minutes; 1 s to 24 h.
    /// </summary>
    public TimeSpan BodyIdleTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>How many partitions (tenants, names) each limit counts apart at most, 1 to 10 000 000; those beyond share one. Default: 100 000.</summary>
    public int MaxPartitions { get; set; } = 100_000;

    /// <summary>After how long without use a partition whose quota is whole again is forgotten: 1 s to 31 days. Default: 5 minutes.</summary>
    public TimeSpan PartitionIdleTimeout { get; set; } = TimeSpan.FromMinutes(5);
}

/// <summary>An endpoint with limits of its own.</summary>
public sealed class EndpointOptions
{
    /// <summary>The endpoint's own limits, beside the service's.</summary>
    public IList<LimitOptions> Limits { get; } = [];

    /// <summary>Whether the service's own limits apply too. Default: true. In configuration, <c>"Limits": "none"</c> sets it to false and leaves no limits at all.</summary>
    public bool ServiceLimits { get; set; } = true;
}

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

/// <summary>The waiting line.</summary>
public sealed class QueueOptions
{
    /// <summary>How many requests may stand in line, 0 to 10 000 000. Default: 10 000. Zero never waits.</summary>
    public int Length { get; set; } = 10_000;

    /// <summary>How much of a unit the requests in line may cost together, by unit. Default: none, no bound but <see cref="Length"/>.</summary>
    public IDictionary<string, long> Costs { get; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>How long a request may stand in line, 0 to 31 days. Default: 100 s, the default timeout of an HttpClient.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(100);

    /// <summary>What happens when the line is full. Default: <see cref="QueueOverflow.RefuseNewest"/>.</summary>
    public QueueOverflow Overflow { get; set; }

    /// <summary>After how long in line a request rises by one priority class, 10 ms to 31 days. Default: 30 s.</summary>
    public TimeSpan Ageing { get; set; } = TimeSpan.FromSeconds(30);
}
