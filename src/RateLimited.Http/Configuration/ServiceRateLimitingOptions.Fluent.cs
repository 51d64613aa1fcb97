namespace RateLimited.Http.Configuration;

/// <content>The options in code, one call after the other. What is wrong is reported when the options are validated, all at once.</content>
public sealed partial class ServiceRateLimitingOptions
{
    /// <summary>Puts a known provider's limits, endpoints and dialect beneath what is said here.</summary>
    /// <param name="preset">The provider, such as <c>github</c>; <c>docs/providers.md</c> lists all.</param>
    public ServiceRateLimitingOptions UsePreset(string preset)
    {
        Preset = preset;
        return this;
    }

    /// <summary>Puts the limits, endpoints and dialect of a known provider's tier beneath what is said here.</summary>
    /// <param name="preset">The provider, such as <c>anthropic</c>; <c>docs/providers.md</c> lists all.</param>
    /// <param name="tier">The tier, such as <c>start</c>.</param>
    public ServiceRateLimitingOptions UsePreset(string preset, string tier)
    {
        Tier = tier;
        return UsePreset(preset);
    }

    /// <summary>Reads responses by a known dialect.</summary>
    /// <param name="dialect">The dialect's name, such as <c>openai</c>.</param>
    public ServiceRateLimitingOptions UseDialect(string dialect)
    {
        Dialect = new DialectOptions { Known = dialect };
        return this;
    }

    /// <summary>Reads responses by a dialect of one's own, or changes one that is there.</summary>
    /// <param name="configure">The dialect's headers.</param>
    public ServiceRateLimitingOptions UseDialect(Action<DialectOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(Dialect ??= new DialectOptions());
        return this;
    }

    /// <summary>Has no limits of its own and takes those that the upstream reports.</summary>
    public ServiceRateLimitingOptions Discover()
    {
        DiscoverLimits = true;
        return this;
    }

    /// <summary>Adds a limit that all requests of the service have, in its short form; see <see cref="LimitOptions.Parse"/>.</summary>
    /// <param name="limit">The short form, such as <c>500/minute</c>.</param>
    public ServiceRateLimitingOptions Limit(string limit)
    {
        Limits.Add(LimitOptions.Read(limit, path: null));
        return this;
    }

    /// <summary>Adds a limit that all requests of the service have.</summary>
    /// <param name="limit">The limit.</param>
    public ServiceRateLimitingOptions Limit(LimitOptions limit)
    {
        Limits.Add(limit);
        return this;
    }

    /// <summary>Adds an endpoint, or adds to one that is there.</summary>
    /// <param name="template">A method or <c>*</c>, a space and a path, such as <c>GET /search/*</c>; or a plain name that requests set.</param>
    /// <param name="configure">The endpoint's limits.</param>
    public ServiceRateLimitingOptions Endpoint(string template, Action<EndpointOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(configure);
        if (!Endpoints.TryGetValue(template, out var endpoint))
        {
            Endpoints[template] = endpoint = new EndpointOptions();
        }

        configure(endpoint);
        return this;
    }

    /// <summary>Sets what every request costs in a unit, where neither it nor its endpoint says.</summary>
    /// <param name="unit">The unit, as the limits write it.</param>
    /// <param name="amount">The amount, 0 to 10^12 with at most six digits behind the point.</param>
    public ServiceRateLimitingOptions Cost(string unit, decimal amount) => Cost(unit, cost => cost.Amount = amount);

    /// <summary>Sets how requests tell what they cost in a unit, or adds to how they do.</summary>
    /// <param name="unit">The unit, as the limits write it.</param>
    /// <param name="configure">Sets up the cost.</param>
    public ServiceRateLimitingOptions Cost(string unit, Action<CostOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(unit);
        ArgumentNullException.ThrowIfNull(configure);
        if (!Costs.TryGetValue(unit, out var cost))
        {
            Costs[unit] = cost = new CostOptions();
        }

        configure(cost);
        return this;
    }

    /// <summary>Adds limits of each tenant that is in no class, in their short form.</summary>
    /// <param name="limits">The short forms, such as <c>60/minute</c>.</param>
    public ServiceRateLimitingOptions PerTenant(params ReadOnlySpan<string> limits)
    {
        foreach (var limit in limits)
        {
            Tenants.Limits.Add(LimitOptions.Read(limit, path: null));
        }

        return this;
    }

    /// <summary>Adds a class of tenants, or adds to one that is there.</summary>
    /// <param name="name">The class's name.</param>
    /// <param name="weight">The share of each of its tenants in the waiting line, 1 to 1 000; a tenant of no class has 1.</param>
    /// <param name="tenants">The tenants of the class.</param>
    /// <param name="limits">The limits of each of its tenants in their short form, such as <c>600/minute</c>.</param>
    public ServiceRateLimitingOptions TenantClass(string name, int weight, IEnumerable<string> tenants, params ReadOnlySpan<string> limits)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(tenants);
        if (!Tenants.Classes.TryGetValue(name, out var tenantClass))
        {
            Tenants.Classes[name] = tenantClass = new TenantClassOptions();
        }

        tenantClass.Weight = weight;
        foreach (var tenant in tenants)
        {
            tenantClass.Tenants.Add(tenant);
        }

        foreach (var limit in limits)
        {
            tenantClass.Limits.Add(LimitOptions.Read(limit, path: null));
        }

        return this;
    }

    /// <summary>Sets up the API keys that the service's requests go with.</summary>
    /// <param name="configure">The keys, and how they are carried.</param>
    public ServiceRateLimitingOptions ApiKeys(Action<KeyPoolOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(Keys);
        return this;
    }

    /// <summary>Sets up the waiting line.</summary>
    /// <param name="configure">The waiting line's options.</param>
    public ServiceRateLimitingOptions Line(Action<QueueOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(Queue);
        return this;
    }

    /// <summary>Sets up how requests survive the service's bad days.</summary>
    /// <param name="configure">Timeouts, retries, the circuit breaker.</param>
    public ServiceRateLimitingOptions Resilient(Action<ResilienceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(Resilience);
        return this;
    }

    /// <summary>Decides and records, and lets every request go at once.</summary>
    public ServiceRateLimitingOptions DryRun()
    {
        Mode = RateLimitMode.DryRun;
        return this;
    }
}
