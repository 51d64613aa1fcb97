using RateLimited.Http.Telemetry;

namespace RateLimited.Http.Admission;

/// <summary>How many leases are held. Thread-safe.</summary>
internal sealed class InFlightCount
{
    private readonly SpreadCount _begun = new();
    private readonly SpreadCount _ended = new();

    /// <summary>
    /// How many there are: never fewer than are held all the while that it is read. Whoever has ended is read first: a lease that begins and ends meanwhile would else be taken off those that are held.
    /// </summary>
    public long Value
    {
        get
        {
            var ended = _ended.Value;
            return _begun.Value - ended;
        }
    }

    public void Begin(int leases = 1) => _begun.Add(leases);

    public void End() => _ended.Add();
}
