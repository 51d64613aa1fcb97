namespace RateLimited.Http.Configuration;

/// <summary>The limits of one service and what happens at them: the section <c>RateLimiting:Services:{name}</c>.</summary>
public sealed partial class ServiceRateLimitingOptions
{
    /// <summary>Whether limits are enforced. Default: <see cref="RateLimitMode.Enforce"/>. Reloadable.</summary>
    public RateLimitMode Mode { get; set; }

    /// <summary>
    /// Whether requests are held back while the upstream fails with server errors: of two minutes, at most twice as many go as it has answered, and ten more, besides one a second. It costs
    /// nothing before the first fault and does nothing before the tenth. Default: true. Reloadable.
    /// </summary>
    public bool FaultThrottle { get; set; } = true;

    /// <summary>
    /// The known provider whose limits, endpoints and dialect stand beneath what is said here, by name: <c>github</c>, <c>anthropic</c>. <c>docs/providers.md</c> lists all of
    /// them with their figures. Default: null, none.
    /// </summary>
    public string? Preset { get; set; }

    /// <summary>Which of the preset's tiers, by name: <c>start</c>. Default: null, the first one that <c>docs/providers.md</c> lists for it.</summary>
    public string? Tier { get; set; }

    /// <summary>The limits that all requests of the service have. If there are any, they replace all of the preset's.</summary>
    public IList<LimitOptions> Limits { get; } = [];

    /// <summary>
    /// Whether the service has no limits of its own and takes those that its upstream reports; in configuration <c>"Limits": "discover"</c>. It replaces the preset's limits.
    /// Default: false.
    /// </summary>
    public bool DiscoverLimits { get; set; }

    /// <summary>
    /// Endpoints with limits or costs of their own, by template: a method or <c>*</c>, a space, and a path such as <c>GET /repos/{owner}/{repo}/*</c>; or a plain name that requests
    /// set. One replaces the preset's of the same template as a whole.
    /// </summary>
    public IDictionary<string, EndpointOptions> Endpoints { get; } = new Dictionary<string, EndpointOptions>(StringComparer.Ordinal);

    /// <summary>
    /// What requests cost by unit, where neither they nor their endpoint says: a fixed amount, what a header, the address or the body tells, or by a model's name. Default: nothing but one
    /// of <c>requests</c>.
    /// </summary>
    public IDictionary<string, CostOptions> Costs { get; } = new Dictionary<string, CostOptions>(StringComparer.Ordinal);

    /// <summary>
    /// Estimates what requests cost. It wins over the configured costs, endpoints' included, unit by unit; what requests say themselves wins over it. Default: null, the keyed service
    /// <see cref="ICostEstimator"/> of the service's name if there is one.
    /// </summary>
    public ICostEstimator? CostEstimator { get; set; }

    /// <summary>How the upstream speaks of its limits. Default: null, the preset's; without a preset, what its headers' names tell.</summary>
    public DialectOptions? Dialect { get; set; }

    /// <summary>The longest wait that the upstream is believed, 1 s to 31 days; a longer one counts as this long. Default: 1 h.</summary>
    public TimeSpan MaxHint { get; set; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a quota is held for used up when the upstream says so, of hours, days or a month, 1 s to 31 days. Meanwhile one request goes every <see cref="MaxHint"/> and finds out whether
    /// it still is. Default: 31 days.
    /// </summary>
    public TimeSpan MaxExhausted { get; set; } = TimeSpan.FromDays(31);

    /// <summary>
    /// Where the account is, for upstreams whose daily quotas return at its midnight (HubSpot), by the zone's IANA name: <c>Europe/Berlin</c>. Default: null; then one request in ten
    /// minutes finds out.
    /// </summary>
    public string? AccountTimeZone { get; set; }

    /// <summary>Whether limits that the upstream reports may be wider than the configured ones. They may always be narrower. Default: false.</summary>
    public bool TrustUpstream { get; set; }

    /// <summary>
    /// How long the first answer is waited for where the upstream tells what remains of its quota, and others may have used that already: when the service has a dialect or a preset and nothing was heard
    /// yet, and when a window begins after one that was not seen to be this program's alone. Until then one request goes, or a sixteenth of a quota that is known; afterwards all that may. 0 to 10 s; 0: all
    /// go at once. Default: 1 s. Reloadable.
    /// </summary>
    public TimeSpan AskFirst { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How many requests the upstream answers by certain statuses before it bans their sender. Default: the preset's. Reloadable.</summary>
    public InvalidRequestOptions InvalidRequests { get; } = new();

    /// <summary>Limits for each tenant, and classes of tenants.</summary>
    public TenantOptions Tenants { get; } = new();

    /// <summary>The API keys that the service's requests go with. Default: none, and requests are sent as their callers made them.</summary>
    public KeyPoolOptions Keys { get; } = new();

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
    /// For how long a read of a response body may bring no byte before it is broken off, and for how long a body that a concurrency limit waits for may be left unread before it is
    /// closed. Default: 2 minutes; 1 s to 24 h. Reloadable; a body keeps what held when its headers came.
    /// </summary>
    public TimeSpan BodyIdleTimeout { get; set; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// How long a response body may take from its headers to its end before it is broken off. Default: null, as long as bytes come; 1 s to 24 h. Reloadable; a body keeps what held when
    /// its headers came.
    /// </summary>
    public TimeSpan? BodyTimeout { get; set; }

    /// <summary>How requests survive the service's bad days.</summary>
    public ResilienceOptions Resilience { get; } = new();

    /// <summary>
    /// Where the limits are counted: <c>Memory</c>, each process for itself; <c>File</c>, the same, in a directory that they outlive the process in; or <c>Redis</c>, all processes together, which takes the package
    /// RateLimited.Http.Redis and its <c>AddRateLimitingRedis</c>. Default: <c>Memory</c>. Not reloadable.
    /// </summary>
    public string Store { get; set; } = StoreNames.Memory;

    /// <summary>
    /// How quota is had of a <see cref="Store"/> that other processes count in too: <see cref="LeaseMode.Strict"/>, each request's by itself, or <see cref="LeaseMode.Auto"/>, in blocks that live for a hundredth of the
    /// shortest window, 10 ms to 1 s, or as long as the store is set up for. Default: null, as the store is set up for all services; with Redis its <c>TakeAhead</c>. Reloadable.
    /// </summary>
    public LeaseMode? Lease { get; set; }

    /// <summary>How many partitions (tenants, names) each limit counts apart at most, 1 to 10 000 000; those beyond share one. Default: 100 000.</summary>
    public int MaxPartitions { get; set; } = 100_000;

    /// <summary>After how long without use a partition whose quota is whole again is forgotten: 1 s to 31 days. Default: 5 minutes.</summary>
    public TimeSpan PartitionIdleTimeout { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>The section the options were read from, or null for those made in code.</summary>
    internal string? Path { get; set; }

    /// <summary>What other packages add.</summary>
    internal IList<ServiceAddition> Additions { get; } = [];

    /// <summary>Sections that other packages read, by their keys.</summary>
    internal IDictionary<string, Microsoft.Extensions.Configuration.IConfigurationSection> Sections { get; } =
        new Dictionary<string, Microsoft.Extensions.Configuration.IConfigurationSection>(StringComparer.OrdinalIgnoreCase);

    /// <summary>What could not be read. Reported with what validation finds, so that all is said at once.</summary>
    internal FaultList Faults { get; } = new();
}
