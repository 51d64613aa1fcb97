namespace RateLimited.Http.Caching;

/// <summary>Tells how many of a service's requests repeat others: a keyed service by the service's name. Thread-safe.</summary>
public interface IRedundancyReporter
{
    /// <summary>The service's name.</summary>
    string Service { get; }

    /// <summary>What is known until now.</summary>
    RedundancyReport GetReport();
}
