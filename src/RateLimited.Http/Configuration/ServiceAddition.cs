namespace RateLimited.Http.Configuration;

/// <summary>What another package adds to one service: options of its own, checked, compiled and reloaded with the service's.</summary>
internal abstract class ServiceAddition
{
    /// <summary>Limits beside the service's own.</summary>
    public virtual IEnumerable<LimitOptions> Limits => [];

    /// <summary>The units that its costs are parts of, each with the number of parts, which divides a million.</summary>
    public virtual IEnumerable<KeyValuePair<string, int>> Parts => [];

    /// <summary>Whether it keeps responses to give them again, in place of what fallback would keep.</summary>
    public virtual bool KeepsResponses => false;

    /// <summary>Notes what is wrong with the options.</summary>
    /// <param name="faults">Where to note it.</param>
    /// <param name="path">The service's section.</param>
    public abstract void Check(FaultList faults, string path);

    /// <summary>Takes the options over, which are valid, and says who estimates the service's costs by them; null where nobody does.</summary>
    public abstract ICostEstimator? Estimator(ServiceRateLimitingOptions service);
}
