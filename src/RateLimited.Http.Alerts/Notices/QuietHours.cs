namespace RateLimited.Http.Alerts.Notices;

/// <summary>When nobody is told but of what matters most. Pure.</summary>
/// <param name="From">When they begin, by the clock of the zone.</param>
/// <param name="To">When they end; before <paramref name="From"/> where they go over midnight.</param>
/// <param name="Zone">The time zone.</param>
/// <param name="Passes">From this severity on notices go all the same.</param>
internal sealed record QuietHours(TimeOnly From, TimeOnly To, TimeZoneInfo Zone, AlertSeverity Passes)
{
    public bool Hold(AlertSeverity severity, DateTimeOffset now) => severity < Passes && Contain(now);

    public bool Contain(DateTimeOffset now)
    {
        // Begin included, end not; over midnight where the end comes first.
        var clock = TimeOnly.FromTimeSpan(TimeZoneInfo.ConvertTime(now, Zone).TimeOfDay);
        return clock.IsBetween(From, To);
    }
}
