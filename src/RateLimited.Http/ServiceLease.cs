namespace RateLimited.Http;

/// <summary>
/// The proof of one admission. Dispose it when the work it was acquired for has ended: that releases concurrency limits. It is settled and
/// released exactly once, however often and from wherever it is disposed. Thread-safe.
/// </summary>
public abstract class ServiceLease : IDisposable
{
    /// <summary>The name of the API key that was chosen for the work; null where the service has none.</summary>
    public virtual string? Key => null;

    /// <summary>
    /// Cancelled when what the lease holds of a concurrency limit was given to others, because the store had not heard of this process for so long that it took it for dead: whatever must not be done by more
    /// at once than the limit says is to stop then. Never cancelled where no store is shared, nor after the lease was disposed.
    /// </summary>
    public virtual CancellationToken Lost => CancellationToken.None;

    /// <summary>
    /// Replaces the estimated cost of a unit by the true one. More than estimated is charged after the fact, less is given back where that can never
    /// admit too much. The last call for a unit counts; after the lease was disposed it does nothing.
    /// </summary>
    /// <param name="unit">The unit, as the limits write it. A unit that no limit has is ignored.</param>
    /// <param name="actual">The true cost, zero or more.</param>
    /// <exception cref="ArgumentException"><paramref name="unit"/> is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="actual"/> is negative.</exception>
    public void Settle(string unit, long actual) => Settle(new UnitCost(unit, actual));

    /// <summary>The same for a cost that need not be whole.</summary>
    /// <param name="actual">The true cost of one unit. A unit that no limit has is ignored.</param>
    /// <exception cref="ArgumentException">The unit is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The amount is negative.</exception>
    public abstract void Settle(UnitCost actual);

    /// <summary>Says that the request never reached the upstream: all of its cost is given back where that is safe, and the lease is released.</summary>
    public abstract void GiveBack();

    /// <summary>Releases the lease.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases the lease.</summary>
    /// <param name="disposing">True.</param>
    protected abstract void Dispose(bool disposing);
}
