namespace RateLimited.Http.Tests.Limits.Models;

/// <summary>Time zones with awkward midnights, and when their days begin, found by looking at the clock.</summary>
internal static class Zones
{
    /// <summary>Two that change at night, two whose clocks go forward and back at midnight itself.</summary>
    public static readonly string[] Names = ["America/Los_Angeles", "Europe/Berlin", "America/Santiago", "Asia/Beirut"];

    private static readonly TimeSpan Glance = TimeSpan.FromMinutes(15);
    private static readonly Dictionary<(string Zone, long Day), long> Known = [];

    public static TimeZoneInfo Find(string name)
    {
        try
        {
            return TimeZoneInfo.FindSystemTimeZoneById(name);
        }
        catch (TimeZoneNotFoundException missing)
        {
            throw new Xunit.Sdk.XunitException($"The time zone {name} is not known here: install the tzdata package, these tests need it.", missing);
        }
    }

    /// <summary>The first instant after a given one, in UTC ticks, at which the local date turns to a day that is a whole multiple of so many days since year 1.</summary>
    public static long NextAfter(TimeZoneInfo zone, int days, long utc)
    {
        var next = (utc / TimeSpan.TicksPerDay / days * days) - days;
        while (StartOf(zone, next) <= utc)
        {
            next += days;
        }

        return StartOf(zone, next);
    }

    private static long StartOf(TimeZoneInfo zone, long day)
    {
        lock (Known)
        {
            if (!Known.TryGetValue((zone.Id, day), out var start))
            {
                start = Seek(zone, new DateTime(day * TimeSpan.TicksPerDay, DateTimeKind.Utc));
                Known[(zone.Id, day)] = start;
            }

            return start;
        }
    }

    private static long Seek(TimeZoneInfo zone, DateTime day)
    {
        var utc = day.AddHours(-15);
        while (TimeZoneInfo.ConvertTimeFromUtc(utc, zone) < day)
        {
            utc += Glance;
        }

        return utc.Ticks;
    }
}
