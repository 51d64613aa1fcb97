namespace RateLimited.Http.Alerts.Configuration;

/// <summary>Hours in which notices are held back. What fired or recovered in them is told when they end, in one notice for each rule.</summary>
public sealed class QuietHoursOptions
{
    /// <summary>When they begin. Required.</summary>
    public TimeOnly? From { get; set; }

    /// <summary>When they end; before <see cref="From"/> where they go over midnight. Required.</summary>
    public TimeOnly? To { get; set; }

    /// <summary>The IANA name of the time zone whose clock it is. Default: null, UTC.</summary>
    public string? TimeZone { get; set; }

    /// <summary>From this severity on notices go all the same. Default: <see cref="AlertSeverity.Critical"/>.</summary>
    public AlertSeverity Passes { get; set; } = AlertSeverity.Critical;
}
