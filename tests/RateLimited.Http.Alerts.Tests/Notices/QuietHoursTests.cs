using RateLimited.Http.Alerts.Notices;

namespace RateLimited.Http.Alerts.Tests.Notices;

/// <summary>By the clock on a wall somewhere, over midnight and over the change of clocks.</summary>
public sealed class QuietHoursTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    [Theory]
    [InlineData("2026-01-15T21:59:59+01:00", false)]
    [InlineData("2026-01-15T22:00:00+01:00", true)]
    [InlineData("2026-01-15T23:59:59+01:00", true)]
    [InlineData("2026-01-16T06:59:59+01:00", true)]
    [InlineData("2026-01-16T07:00:00+01:00", false)]
    [InlineData("2026-07-15T20:30:00+00:00", true)]
    [InlineData("2026-01-15T20:30:00+00:00", false)]
    public void Over_midnight_by_the_clock_of_their_zone(string at, bool isQuiet) =>
        new QuietHours(new TimeOnly(22, 0), new TimeOnly(7, 0), Berlin, AlertSeverity.Critical).Contain(DateTimeOffset.Parse(at, System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(isQuiet);

    [Fact]
    public void Within_a_day()
    {
        var noon = new QuietHours(new TimeOnly(12, 0), new TimeOnly(13, 0), TimeZoneInfo.Utc, AlertSeverity.Critical);

        noon.Contain(new DateTimeOffset(2026, 1, 1, 12, 30, 0, TimeSpan.Zero)).ShouldBeTrue();
        noon.Contain(new DateTimeOffset(2026, 1, 1, 0, 30, 0, TimeSpan.Zero)).ShouldBeFalse();
    }

    [Fact]
    public void What_matters_enough_passes()
    {
        var (quiet, night) = (new QuietHours(new TimeOnly(22, 0), new TimeOnly(7, 0), TimeZoneInfo.Utc, AlertSeverity.Warning), new DateTimeOffset(2026, 1, 1, 3, 0, 0, TimeSpan.Zero));

        quiet.Hold(AlertSeverity.Info, night).ShouldBeTrue();
        quiet.Hold(AlertSeverity.Warning, night).ShouldBeFalse();
        quiet.Hold(AlertSeverity.Critical, night).ShouldBeFalse();
        quiet.Hold(AlertSeverity.Info, night.AddHours(12)).ShouldBeFalse();
    }

    [Fact]
    public void A_daily_time_is_due_once_a_day_also_when_clocks_change()
    {
        // On 29 March Berlin has no half past two, and on 25 October it has two.
        foreach (var (start, days) in new[] { (new DateTimeOffset(2026, 3, 27, 12, 0, 0, TimeSpan.Zero), 5), (new DateTimeOffset(2026, 10, 23, 12, 0, 0, TimeSpan.Zero), 5) })
        {
            var (daily, due) = (new DailyTime(), new List<DateTimeOffset>());
            for (var at = start; at < start.AddDays(days); at += TimeSpan.FromMinutes(10))
            {
                if (daily.IsDue(at, new TimeOnly(2, 30), Berlin))
                {
                    due.Add(at);
                }
            }

            due.Select(at => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, Berlin).DateTime)).ShouldBe(Enumerable.Range(1, days).Select(i => DateOnly.FromDateTime(start.DateTime).AddDays(i)));
        }
    }

    [Fact]
    public void What_begins_late_has_no_report_that_day()
    {
        var (daily, noon) = (new DailyTime(), new DateTimeOffset(2026, 1, 1, 12, 0, 0, TimeSpan.Zero));

        daily.IsDue(noon, new TimeOnly(8, 0), TimeZoneInfo.Utc).ShouldBeFalse();
        daily.IsDue(noon.AddHours(6), new TimeOnly(8, 0), TimeZoneInfo.Utc).ShouldBeFalse();
        daily.IsDue(noon.AddHours(20), new TimeOnly(8, 0), TimeZoneInfo.Utc).ShouldBeTrue();
        daily.IsDue(noon.AddHours(21), new TimeOnly(8, 0), TimeZoneInfo.Utc).ShouldBeFalse();
    }
}
