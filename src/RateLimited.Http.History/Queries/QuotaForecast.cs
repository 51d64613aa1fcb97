namespace RateLimited.Http.History.Queries;

/// <summary>When a quota runs out. Pure functions.</summary>
internal static class QuotaForecast
{
    /// <summary>No window is longer.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromDays(31);

    private static readonly TimeSpan Year = TimeSpan.FromDays(365);

    /// <summary>Fewer days make no direction.</summary>
    private const int FewestDays = 5;

    /// <summary>The instant at which nothing is left, if use goes on as it does at such times; null where the quota is free again before that, or nothing is known of its use.</summary>
    /// <param name="now">The present.</param>
    /// <param name="left">What is left.</param>
    /// <param name="resetAfter">In how much time it is free again.</param>
    /// <param name="perMinuteAt">How much is taken in a minute at an instant.</param>
    public static DateTimeOffset? RunsOutAt(DateTimeOffset now, long left, TimeSpan resetAfter, Func<DateTimeOffset, double?> perMinuteAt)
    {
        if (left <= 0)
        {
            return now;
        }

        var end = now + (resetAfter < Longest ? resetAfter : Longest);
        double rest = left;
        for (var from = now; from < end;)
        {
            // Rates change with the hour.
            var hourEnds = new DateTimeOffset(from.UtcTicks - (from.UtcTicks % TimeSpan.TicksPerHour) + TimeSpan.TicksPerHour, TimeSpan.Zero);
            var to = hourEnds < end ? hourEnds : end;
            if (perMinuteAt(from) is not { } perMinute)
            {
                return null;
            }

            var taken = perMinute * (to - from).TotalMinutes;
            if (perMinute > 0 && taken >= rest)
            {
                return from + TimeSpan.FromMinutes(rest / perMinute);
            }

            rest -= taken;
            from = to;
        }

        return null;
    }

    /// <summary>The day on which a line through the days' highest shares reaches all of the quota; null where it does not within a year of the last of them, or there are fewer than five.</summary>
    /// <param name="peaks">Of each day that is known the largest share that was used, the oldest first.</param>
    public static DateOnly? OutgrownOn(IReadOnlyList<(DateOnly Day, double Share)> peaks)
    {
        if (peaks.Count < FewestDays)
        {
            return null;
        }

        var first = peaks[0].Day.DayNumber;
        var (meanDay, meanShare) = (peaks.Average(peak => (double)peak.Day.DayNumber - first), peaks.Average(static peak => peak.Share));
        var spread = peaks.Sum(peak => Math.Pow(peak.Day.DayNumber - first - meanDay, 2));
        var slope = peaks.Sum(peak => (peak.Day.DayNumber - first - meanDay) * (peak.Share - meanShare)) / spread;
        if (!(slope > 0))
        {
            return null;
        }

        var days = Math.Ceiling(meanDay + ((1 - meanShare) / slope));
        var last = peaks[^1].Day.DayNumber - first;
        return days > last + Year.TotalDays ? null : peaks[0].Day.AddDays((int)Math.Max(days, last));
    }
}
