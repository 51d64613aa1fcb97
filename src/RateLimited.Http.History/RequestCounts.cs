namespace RateLimited.Http.History;

/// <summary>What became of requests. Immutable.</summary>
/// <param name="Admitted">How many went at once.</param>
/// <param name="Waited">How many stood in line and went.</param>
/// <param name="Refused">How many were refused.</param>
/// <param name="DryRun">How many went that would have waited or been refused if limits were enforced.</param>
/// <param name="Bypassed">How many asked not to be limited; they are no part of the others.</param>
public readonly record struct RequestCounts(long Admitted, long Waited, long Refused, long DryRun, long Bypassed)
{
    /// <summary>How many came to the limits.</summary>
    public long Total => Admitted + Waited + Refused + DryRun;

    /// <summary>How many met a limit: they waited, were refused, or would have been.</summary>
    public long Met => Waited + Refused + DryRun;

    /// <summary>The share of requests that met a limit, from 0 to 1; null where there were none.</summary>
    public double? HitRate => Total == 0 ? null : (double)Met / Total;

    internal static RequestCounts Of(UsageRecord minute) => new(minute.Admitted, minute.Waited, minute.Refused, minute.DryRun, minute.Bypassed);

    internal RequestCounts Plus(in RequestCounts other) =>
        new(Admitted + other.Admitted, Waited + other.Waited, Refused + other.Refused, DryRun + other.DryRun, Bypassed + other.Bypassed);
}
