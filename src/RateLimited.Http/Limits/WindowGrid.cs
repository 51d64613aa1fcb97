namespace RateLimited.Http.Limits;

/// <summary>The instants at which clock-aligned windows begin: whole multiples of the window since 1970 in UTC, or every so many midnights of a time zone.</summary>
internal sealed class WindowGrid(long window, TimeZoneInfo? zone)
{
    private readonly long _phase = DateTime.UnixEpoch.Ticks % window;
    private readonly long _days = window / TimeSpan.TicksPerDay;

    /// <summary>The UTC ticks at which the window after the one that a moment lies in begins.</summary>
    public long NextAfter(long utcTicks)
    {
        var bounded = Math.Clamp(utcTicks, 0, DateTime.MaxValue.Ticks - window - (2 * TimeSpan.TicksPerDay));
        return zone is null ? (((bounded + window - _phase) / window) * window) + _phase : NextMidnightAfter(new DateTime(bounded, DateTimeKind.Utc), zone);
    }

    /// <summary>How long the window is that ends at such UTC ticks.</summary>
    public long LengthBefore(long utcEnd)
    {
        if (zone is null)
        {
            return window;
        }

        var last = new DateTime(Math.Clamp(utcEnd - 1, 0, DateTime.MaxValue.Ticks), DateTimeKind.Utc);
        var day = TimeZoneInfo.ConvertTimeFromUtc(last, zone).Ticks / TimeSpan.TicksPerDay / _days * _days;
        while (day >= _days && StartOf(day, zone) >= utcEnd)
        {
            // Where the clock goes back at midnight, the last hour of a day has the next day's date.
            day -= _days;
        }

        return Math.Max(utcEnd - StartOf(day, zone), 1);
    }

    private long NextMidnightAfter(DateTime utc, TimeZoneInfo local)
    {
        var day = TimeZoneInfo.ConvertTimeFromUtc(utc, local).Ticks / TimeSpan.TicksPerDay;
        var next = day / _days * _days;
        var begin = StartOf(next, local);
        while (begin <= utc.Ticks)
        {
            // Usually once. Where the clock goes back at midnight, a day that has begun may begin once more.
            next += _days;
            begin = StartOf(next, local);
        }

        return begin;
    }

    private static long StartOf(long day, TimeZoneInfo zone)
    {
        var midnight = new DateTime(day * TimeSpan.TicksPerDay, DateTimeKind.Unspecified);
        while (zone.IsInvalidTime(midnight))
        {
            // Where the clock goes forward at midnight, the day begins when it has.
            midnight = midnight.AddMinutes(15);
        }

        return TimeZoneInfo.ConvertTimeToUtc(midnight, zone).Ticks;
    }
}
