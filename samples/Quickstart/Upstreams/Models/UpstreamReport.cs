namespace Quickstart.Upstreams.Models;

/// <summary>The books of an upstream over its measured time.</summary>
/// <param name="Ok">How many requests were admitted in the measured time.</param>
/// <param name="Theoretical">How many a client that knows everything beforehand could have got through in that time. Each model says how it counts.</param>
/// <param name="Refused">How many requests were answered with 429, from the first to the last, inside and outside the measured time.</param>
/// <param name="Worst">The most that was admitted in one window; for concurrency, at once.</param>
internal readonly record struct UpstreamReport(long Ok, long Theoretical, long Refused, long Worst)
{
    /// <summary>The share of the quota that was used, 0 to 1; null as long as there is nothing to compare.</summary>
    public double? Utilisation => Theoretical == 0 ? null : (double)Ok / Theoretical;
}
