namespace RateLimited.Http.Testing.Models;

/// <summary>What an upstream knows of one limit at one moment: the figures that its headers are written from.</summary>
/// <param name="Quota">How much the limit allows: of a window, of a full bucket, at once.</param>
/// <param name="Remaining">How much of it is left, whole units. Negative when more was used than allowed.</param>
/// <param name="Window">The window; zero for what is counted at once.</param>
/// <param name="PerWindow">How much comes back during a window: the quota, of a bucket what flows in.</param>
/// <param name="ResetAfter">Until the window ends, the bucket is full, the oldest request leaves the sliding window. Zero when nothing is used.</param>
public readonly record struct LimitReading(long Quota, long Remaining, TimeSpan Window, long PerWindow, TimeSpan ResetAfter)
{
    /// <summary>How much is used.</summary>
    public long Used => Quota - Remaining;
}
