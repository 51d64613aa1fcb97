using RateLimited.Http.Caching.Stored;

namespace RateLimited.Http.Caching.Answering;

/// <summary>The requests under way that others may wait for. Thread-safe.</summary>
internal sealed class Flights
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Digest, Flight> _flights = [];

    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _flights.Count;
            }
        }
    }

    /// <summary>Begins one, or finds the one to wait for.</summary>
    /// <param name="request">What is asked, and by whom.</param>
    /// <param name="flight">The one that was begun or found.</param>
    /// <returns>Whether it was begun: then it must be ended.</returns>
    public bool TryBegin(Digest request, out Flight flight)
    {
        lock (_lock)
        {
            if (_flights.TryGetValue(request, out flight!))
            {
                return false;
            }

            flight = new Flight(ended => Leave(request, ended));
            _flights.Add(request, flight);
            return true;
        }
    }

    /// <summary>Nobody joins one any more that takes too long.</summary>
    public void Leave(Digest request, Flight flight)
    {
        lock (_lock)
        {
            if (_flights.TryGetValue(request, out var current) && ReferenceEquals(current, flight))
            {
                _flights.Remove(request);
            }
        }
    }
}
