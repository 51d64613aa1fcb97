namespace RateLimited.Http.Caching;

/// <summary>The report on a service's redundant requests: the section <c>Redundancy</c> of the service. It looks at every request that goes to the service, in memory that does not grow. All of it is reloadable.</summary>
public sealed class RedundancyOptions
{
    /// <summary>Whether requests are looked at; in configuration, <c>"Redundancy": false</c> says so too. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>
    /// How many different requests are remembered, 100 to 1 000 000, at about 250 bytes each. Where more come, a share of them is looked at and stands for all. Default: 10 000. Reloading it begins anew.
    /// </summary>
    public int Fingerprints { get; set; } = 10_000;

    /// <summary>The longest body of which requests are told apart, 0 to 1 048 576 bytes. Those with longer ones, and with such as can be read but once, are counted as none that repeats. Default: 65 536.</summary>
    public int MaxBody { get; set; } = 64 * 1024;

    /// <summary>
    /// Parameters of the query that hold a secret, besides those that usually do and the one that the service's keys are carried in; at most 64. Requests that differ in them alone are the same.
    /// </summary>
    public IList<string> SecretParameters { get; } = [];
}
