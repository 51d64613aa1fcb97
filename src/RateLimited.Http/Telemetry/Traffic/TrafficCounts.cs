namespace RateLimited.Http.Telemetry.Traffic;

/// <summary>Whose requests a service's were lately, where they went, and the last that were refused. Bounded, whatever callers say. Thread-safe; time is handed in.</summary>
/// <param name="now">When it begins.</param>
internal sealed class TrafficCounts(DateTimeOffset now)
{
    public const int RefusalsKept = 50;

    private readonly Lock _lock = new();
    private readonly SpreadCount _unnamed = new();
    private readonly RecentShares _tenants = new(now);
    private readonly RecentShares _endpoints = new(now);
    private readonly Queue<(DateTimeOffset At, RefusedRequest Request)> _refusals = new(RefusalsKept);

    public void Admitted(in AdmittedRequest admitted)
    {
        if (admitted is { Tenant: null, Endpoint: null })
        {
            // Of these there may be millions in a second, on all processors, and there is nothing to look up.
            _unnamed.Add();
            return;
        }

        lock (_lock)
        {
            _tenants.Admitted(admitted.Tenant);
            _endpoints.Admitted(admitted.Endpoint);
        }
    }

    public void Refused(in RefusedRequest refused, DateTimeOffset at)
    {
        // What is kept must not grow with what a caller takes for a name.
        var kept = refused with { Tenant = refused.Tenant is { } tenant ? TopShares.Cut(tenant) : null, Endpoint = refused.Endpoint is { } endpoint ? TopShares.Cut(endpoint) : null };
        lock (_lock)
        {
            _tenants.Refused(kept.Tenant);
            _endpoints.Refused(kept.Endpoint);
            if (_refusals.Count == RefusalsKept)
            {
                _refusals.Dequeue();
            }

            _refusals.Enqueue((at, kept));
        }
    }

    /// <summary>Forgets what was before the span of time that ends now.</summary>
    public void Turn(DateTimeOffset at)
    {
        lock (_lock)
        {
            TakeUnnamed();
            _tenants.Turn(at);
            _endpoints.Turn(at);
        }
    }

    /// <param name="service">The service's name.</param>
    /// <param name="names">How many names stand by themselves.</param>
    /// <param name="refusals">How many refusals are shown.</param>
    public ServiceTraffic Read(string service, int names, int refusals)
    {
        lock (_lock)
        {
            TakeUnnamed();
            return new ServiceTraffic
            {
                Service = service,
                Processes = 1,
                Tenants = _tenants.Read(names),
                Endpoints = _endpoints.Read(names),
                Refusals = [.. _refusals.Reverse().Take(refusals).Select(static refusal => Read(refusal.At, refusal.Request))],
            };
        }
    }

    private void TakeUnnamed()
    {
        var requests = _unnamed.Take();
        _tenants.AdmittedUnnamed(requests);
        _endpoints.AdmittedUnnamed(requests);
    }

    private static TrafficRefusal Read(DateTimeOffset at, in RefusedRequest refused) => new()
    {
        At = at,
        Reason = TagValues.Of(refused.Reason),
        Limit = refused.Limit,
        Endpoint = refused.Endpoint,
        Tenant = refused.Tenant,
        Key = refused.Key,
        Priority = TagValues.Of(refused.Priority),
    };
}
