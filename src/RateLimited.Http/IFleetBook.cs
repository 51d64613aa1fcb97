namespace RateLimited.Http;

/// <summary>
/// What the processes that share a service's limits say of themselves, together. A package whose store several processes share puts it into the container, as RateLimited.Http.Redis does; without one there is none.
/// Thread-safe, and quick: it shows what was heard last, and asks nobody.
/// </summary>
public interface IFleetBook
{
    /// <summary>All processes of a service together, as they were heard of last. Whoever asks is who wants them to be heard of: the first answers may be of nobody.</summary>
    /// <param name="service">The service's name.</param>
    /// <returns>Null for a service whose limits only this process counts, and for one that is not configured.</returns>
    FleetStatus? Of(string service);

    /// <summary>Whose the requests of all processes together were lately, as they were heard of last.</summary>
    /// <param name="service">The service's name.</param>
    /// <returns>Null where nobody has told, and where <see cref="Of"/> is null or has a fault.</returns>
    ServiceTraffic? TrafficOf(string service) => null;

    /// <summary>
    /// Tells the other processes that somebody knows of an alert that one of them has. It hears of it within seconds, and notes it as <see cref="IAlertBook.Acknowledge"/> does: the first who says so stays noted. Telling it again, or of
    /// an alert that is over or that nobody knows, is no fault and changes nothing. What is told is forgotten after ten minutes.
    /// </summary>
    /// <param name="service">The service's name.</param>
    /// <param name="id">The alert's <see cref="Alert.Id"/>.</param>
    /// <param name="by">Who says so; null where that is not known. Whoever may read the store may read it.</param>
    /// <param name="cancellationToken">Ends the wait; it may have been told all the same.</param>
    /// <returns>Whether it was told: false where nobody shares the service's limits, where the processes cannot be reached, and for what is no alert's id.</returns>
    Task<bool> AcknowledgeAsync(string service, string id, string? by = null, CancellationToken cancellationToken = default) => Task.FromResult(false);
}
