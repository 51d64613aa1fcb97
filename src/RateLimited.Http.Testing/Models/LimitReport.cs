namespace RateLimited.Http.Testing.Models;

/// <summary>The books of one limit over its measured time, in its unit.</summary>
/// <param name="Ok">How much was admitted in the measured time, as corrected.</param>
/// <param name="Theoretical">How much a client that knows everything beforehand and is never late could have got through in that time. Each model says how it counts.</param>
/// <param name="Refused">How many requests this limit refused, from the first to the last, inside and outside the measured time.</param>
/// <param name="Worst">The most that was admitted in one window; for concurrency, at once.</param>
public readonly record struct LimitReport(long Ok, long Theoretical, long Refused, long Worst)
{
    /// <summary>The share of the quota that was used, 0 to 1; null as long as there is nothing to compare.</summary>
    public double? Utilisation => Theoretical == 0 ? null : (double)Ok / Theoretical;
}
