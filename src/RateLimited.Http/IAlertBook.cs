namespace RateLimited.Http;

/// <summary>
/// The alerts of this process: those that are open and the last of those that are over. The package RateLimited.Http.Alerts puts it into the container with <c>AddRateLimitAlerts</c>; without it there is none.
/// Thread-safe.
/// </summary>
public interface IAlertBook
{
    /// <summary>The alerts that are open, the newest first: a copy.</summary>
    IReadOnlyList<Alert> Open { get; }

    /// <summary>The last alerts that are over, the newest first: a copy. As many as the options say are kept, in memory.</summary>
    IReadOnlyList<Alert> Past { get; }

    /// <summary>Notes that somebody knows of an open alert. The first who says so stays noted; the alert recovers as any other.</summary>
    /// <param name="id">The alert's <see cref="Alert.Id"/>.</param>
    /// <param name="by">Who says so; null where that is not known. Shown to others, shortened to 60 characters on one line.</param>
    /// <returns>Whether an alert of that id is open.</returns>
    bool Acknowledge(string id, string? by = null);
}
