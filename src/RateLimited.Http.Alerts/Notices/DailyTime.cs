namespace RateLimited.Http.Alerts.Notices;

/// <summary>A time of day at which something is due, once a day whatever the clock does. Not thread-safe; time is handed in.</summary>
internal sealed class DailyTime
{
    private DateOnly? _last;

    /// <summary>Whether it is due now, for the first time today. The first day that it is asked in late is left out: what began at noon has no report for eight in the morning.</summary>
    public bool IsDue(DateTimeOffset now, TimeOnly at, TimeZoneInfo zone)
    {
        var local = TimeZoneInfo.ConvertTime(now, zone);
        var (today, isLate) = (DateOnly.FromDateTime(local.DateTime), TimeOnly.FromTimeSpan(local.TimeOfDay) >= at);
        if (_last is not { } last)
        {
            _last = isLate ? today : today.AddDays(-1);
            return false;
        }

        if (!isLate || today <= last)
        {
            return false;
        }

        _last = today;
        return true;
    }
}
