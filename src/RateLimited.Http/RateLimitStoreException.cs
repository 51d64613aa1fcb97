namespace RateLimited.Http;

/// <summary>
/// The limits of a service could not be decided, because the store that counts them refuses to work with us and waiting will not mend it: keys that lie on several nodes, a user without rights, another
/// program's data. An outage is none of these: it is bridged as configured.
/// </summary>
public sealed class RateLimitStoreException : InvalidOperationException
{
    /// <summary>Creates the exception of one failure.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="why">What is wrong and what would be right, in one sentence.</param>
    /// <param name="innerException">What it follows from.</param>
    public RateLimitStoreException(string service, string why, Exception? innerException)
        : base($"The limits of '{service}' cannot be decided: {why}", innerException) =>
        Service = service;

    /// <summary>The service's name.</summary>
    public string Service { get; }
}
