namespace RateLimited.Http.Signals.Classification;

/// <summary>When a quota that is used up returns, as an instant. Pure: the time and the account's zone are handed in.</summary>
internal static class QuotaReturn
{
    private const string PacificZone = "America/Los_Angeles";

    /// <summary>Standard time all year, for a machine without zones: an hour late in summer, and never early.</summary>
    private static readonly TimeZoneInfo Pacific = TimeZoneInfo.TryFindSystemTimeZoneById(PacificZone, out var zone)
        ? zone
        : TimeZoneInfo.CreateCustomTimeZone(PacificZone, TimeSpan.FromHours(-8), PacificZone, PacificZone);

    private static readonly DateTime Latest = DateTime.MaxValue.AddDays(-62);

    /// <summary>The instant, or null where nobody can say: then probe at long intervals.</summary>
    /// <param name="verdict">What the response meant.</param>
    /// <param name="now">The time by the local clock.</param>
    /// <param name="accountZone">Where the account is; null if that is not known.</param>
    public static DateTimeOffset? Of(Verdict verdict, DateTimeOffset now, TimeZoneInfo? accountZone)
    {
        var utc = now.UtcDateTime < Latest ? now.UtcDateTime : Latest;
        return verdict.Horizon switch
        {
            QuotaHorizon.Wait when (verdict.Returns ?? verdict.Wait) is { } wait => new DateTimeOffset(utc, TimeSpan.Zero) + wait,
            QuotaHorizon.PacificMidnight => MidnightAfter(utc, Pacific),
            QuotaHorizon.AccountMidnight when accountZone is not null => MidnightAfter(utc, accountZone),
            QuotaHorizon.Billing => new DateTimeOffset(utc.Year, utc.Month, 1, 0, 0, 0, TimeSpan.Zero).AddMonths(1),
            _ => null,
        };
    }

    private static DateTimeOffset MidnightAfter(DateTime utc, TimeZoneInfo zone)
    {
        var day = TimeZoneInfo.ConvertTimeFromUtc(utc, zone).Date;
        while (true)
        {
            day = day.AddDays(1);
            var start = day;
            while (zone.IsInvalidTime(start))
            {
                // Where the clock goes forward at midnight, the day begins when it has.
                start = start.AddMinutes(15);
            }

            var begin = TimeZoneInfo.ConvertTimeToUtc(start, zone);
            if (begin > utc)
            {
                return new DateTimeOffset(begin, TimeSpan.Zero);
            }
        }
    }
}
