using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Dashboard.Traffic;

/// <summary>Whose requests a service's were lately, where they went, and the last that were refused. Bounded, whatever callers say. Thread-safe; time is handed in.</summary>
/// <param name="now">When it begins.</param>
internal sealed class ServiceTraffic(DateTimeOffset now)
{
    public const int RefusalsKept = 50;

    private const int NamesShown = 10;

    private readonly Lock _lock = new();
    private readonly RecentShares _tenants = new(now);
    private readonly RecentShares _endpoints = new(now);
    private readonly Queue<(DateTimeOffset At, RefusedRequest Request)> _refusals = new(RefusalsKept);

    public void Admitted(in AdmittedRequest admitted)
    {
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
            _tenants.Turn(at);
            _endpoints.Turn(at);
        }
    }

    /// <param name="service">The service's name.</param>
    /// <param name="tenantOf">What is shown for a tenant's name.</param>
    public TrafficReading Read(string service, Func<string, string> tenantOf)
    {
        lock (_lock)
        {
            return new TrafficReading(
                service,
                _tenants.Read(NamesShown, tenantOf),
                _endpoints.Read(NamesShown, static endpoint => endpoint),
                [.. _refusals.Reverse().Select(refusal => Read(refusal.At, refusal.Request, tenantOf))]);
        }
    }

    private static RefusalReading Read(DateTimeOffset at, in RefusedRequest refused, Func<string, string> tenantOf) =>
        new(at, TagValues.Of(refused.Reason), refused.Limit, refused.Endpoint, refused.Tenant is { } tenant ? tenantOf(tenant) : null, refused.Key, TagValues.Of(refused.Priority));
}
