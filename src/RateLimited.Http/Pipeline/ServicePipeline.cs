using RateLimited.Http.Admission;
using RateLimited.Http.Resilience;
using RateLimited.Http.Signals;

namespace RateLimited.Http.Pipeline;

/// <summary>What the handler needs to know of a service besides its limits. Immutable and replaced as a whole on reload.</summary>
internal sealed record PipelineSettings(EndpointRouter Router, RejectionBehavior Rejection, TimeSpan BodyIdleTimeout)
{
    private static readonly SignalReader AnyDialect = new(dialect: null, TimeSpan.FromHours(1));

    /// <summary>Reads what the service's responses say. Default: by whatever dialect their headers are recognised as.</summary>
    public SignalReader Signals { get; init; } = AnyDialect;

    /// <summary>How long a response's body may take from its headers to its end.</summary>
    public TimeSpan BodyTimeout { get; init; } = Timeout.InfiniteTimeSpan;

    /// <summary>How long bodies are waited for.</summary>
    public BodyPatience Patience => new(BodyIdleTimeout, BodyTimeout);

    /// <summary>What the primary handlers of the service's clients are set to where nobody has set them.</summary>
    public ConnectionSettings Connections { get; init; } = new(TimeSpan.FromMinutes(2), TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(15), MaxPerServer: null);

    /// <summary>Who estimates what requests cost. Null: nobody does, and they cost what they say themselves or their endpoint does.</summary>
    public CostPlan? Costs { get; init; }

    /// <summary>How requests survive the service's bad days. Default: not at all.</summary>
    public ResilienceRule Resilience { get; init; } = ResilienceRule.Nothing;
}

/// <summary>Who estimates what a service's requests cost.</summary>
/// <param name="Estimators">Those that know more than an endpoint does, the one that knows best first.</param>
/// <param name="Rules">What is configured, which knows less than an endpoint does; null for nothing.</param>
internal sealed record CostPlan(IReadOnlyList<ICostEstimator> Estimators, ICostEstimator? Rules);

/// <summary>The connections of a service's clients; without a maximum there are as many as requests may be under way.</summary>
internal sealed record ConnectionSettings(TimeSpan Lifetime, TimeSpan IdleTimeout, TimeSpan ConnectTimeout, int? MaxPerServer);

/// <summary>One service for all its handlers, which the factory makes anew every two minutes: state lives here and never in a handler.</summary>
internal sealed class ServicePipeline : IDisposable
{
    private readonly Lock _lock = new();
    private volatile PipelineSettings _settings;
    private volatile PoolRing? _keys;
    private (HealthRule Rule, HealthProber Prober)? _health;
    private bool _isDisposed;

    public ServicePipeline(ServiceLimiter limiter, PipelineSettings settings)
    {
        Limiter = limiter;
        _settings = settings;
        Stale = new StaleResponses(limiter.Time);
        Resilience = new ServiceResilience(limiter.Definition.Name, limiter.Time, limiter.Telemetry.Resilience, origin: limiter.Origin);
        Resilience.Apply(settings.Resilience);
        if (limiter.Bound.Shared is { } others)
        {
            Resilience.Join(new FleetCircuit(others));
        }
    }

    public ServiceLimiter Limiter { get; }

    public ServiceResilience Resilience { get; }

    /// <summary>The last good responses, where fallback keeps them.</summary>
    public StaleResponses Stale { get; }

    /// <summary>The service's keys, once it has had any; null before that.</summary>
    public PoolRing? Keys
    {
        get => _keys;
        set => _keys = value;
    }

    /// <summary>Makes a client by its name, for fallback; null where there is no factory of clients.</summary>
    public Func<string, HttpClient>? Clients { get; init; }

    /// <summary>May be replaced at any time; requests under way keep those they began with.</summary>
    public PipelineSettings Settings
    {
        get => _settings;
        set
        {
            _settings = value;
            Resilience.Apply(value.Resilience);
            Probe();
        }
    }

    /// <summary>Begins to ask whether the service is well, if that is configured, or asks as it is configured by now.</summary>
    public void Probe()
    {
        HealthProber? old = null;
        lock (_lock)
        {
            var rule = _isDisposed ? null : _settings.Resilience.Health;
            if (_health?.Rule != rule)
            {
                old = _health?.Prober;
                _health = rule is null ? null : (rule, new HealthProber(this, rule));
            }
        }

        // Outside of the lock: it tells listeners of what it takes back.
        old?.Dispose();
    }

    /// <summary>Ends asking.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
        }

        Probe();
    }
}
