namespace RateLimited.Http.Telemetry;

/// <summary>Whoever wants to hear of each refused request. What they throw is swallowed. Thread-safe.</summary>
internal sealed class RefusalObservers
{
    private readonly IRefusalObserver[] _observers;

    private RefusalObservers(IRefusalObserver[] observers) => _observers = observers;

    /// <summary>Null where there is nobody, so that whoever refuses need not even say what.</summary>
    public static RefusalObservers? Of(IEnumerable<IRefusalObserver>? observers) =>
        observers?.ToArray() is { Length: > 0 } some ? new RefusalObservers(some) : null;

    public void Tell(in RefusedRequest refused)
    {
        foreach (var observer in _observers)
        {
            try
            {
                observer.Refused(refused);
            }
            catch (Exception)
            {
                // Whoever listens is somebody else's code: what it throws must not lose those that leave the line after this one.
            }
        }
    }
}
