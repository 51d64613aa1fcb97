namespace RateLimited.Http.Caching.Redundancy;

/// <summary>What is configured of a service's report. Immutable.</summary>
internal sealed record RedundancyRules
{
    public int Fingerprints { get; init; } = 10_000;

    public int MaxBody { get; init; } = 64 * 1024;

    /// <summary>Parameters of the query that hold secrets, whatever their case.</summary>
    public IReadOnlySet<string> SecretParameters { get; init; } = RequestFingerprint.UsualSecrets;
}
