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
}
