namespace RateLimited.Http.Configuration;

/// <summary>Knows at which hours of the week services are asked for. Implementations are thread-safe.</summary>
internal interface IDemandProfile
{
    /// <summary>
    /// The demand in each of the 168 hours of a week from Monday 00:00 UTC on, in any unit; null while nothing is known. Asked every minute, and never on a request's way: it says what it knows and waits for nothing.
    /// </summary>
    /// <param name="service">The service's name.</param>
    IReadOnlyList<double>? Of(string service);
}
