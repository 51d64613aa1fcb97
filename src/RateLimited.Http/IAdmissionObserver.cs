namespace RateLimited.Http;

/// <summary>
/// Is told of every request that the limits of any service let go, with what metrics never say: whom it was for and where it was to go. Register it with the container as a singleton before any service is used;
/// several may be. Its constructor must not need what is limited: the limits are made of it. Of those that are refused an <see cref="IRefusalObserver"/> is told.
/// </summary>
public interface IAdmissionObserver
{
    /// <summary>
    /// A request may go, at once or after it has waited; or the limits are only watched. Called on the thread that lets it go, outside of every lock, and possibly on many at once: return at once, and leave work to
    /// others. What it throws is swallowed.
    /// </summary>
    /// <param name="admitted">The request. Its texts are whatever callers gave: take none for harmless.</param>
    void Admitted(in AdmittedRequest admitted);
}
