namespace RateLimited.Http.Telemetry;

/// <summary>Whoever wants to hear of each request that goes. What they throw is swallowed. Thread-safe.</summary>
internal sealed class AdmissionObservers
{
    private readonly IAdmissionObserver[] _observers;

    private AdmissionObservers(IAdmissionObserver[] observers) => _observers = observers;

    /// <summary>Null where there is nobody, so that whoever admits need not even say what.</summary>
    public static AdmissionObservers? Of(IEnumerable<IAdmissionObserver>? observers) =>
        observers?.ToArray() is { Length: > 0 } some ? new AdmissionObservers(some) : null;

    public void Tell(string service, string? endpoint, string? tenant)
    {
        var admitted = new AdmittedRequest { Service = service, Endpoint = endpoint, Tenant = tenant };
        foreach (var observer in _observers)
        {
            try
            {
                observer.Admitted(admitted);
            }
            catch (Exception)
            {
                // Whoever listens is somebody else's code: what it throws must not lose a request that was admitted.
            }
        }
    }
}
