namespace RateLimited.Http;

/// <summary>
/// Is told of every request that the limits of any service refuse, with what metrics never say: whom it was for and where it was to go. Register it with the container as a singleton before any service is used;
/// several may be. Its constructor must not need what is limited: the limits are made of it.
/// </summary>
public interface IRefusalObserver
{
    /// <summary>
    /// A request was refused. Called on the thread that refuses, outside of every lock, and possibly on many at once: return at once, and leave work to others. What it throws is swallowed.
    /// </summary>
    /// <param name="refused">The request. Its texts are whatever callers gave: take none for harmless.</param>
    void Refused(in RefusedRequest refused);
}
