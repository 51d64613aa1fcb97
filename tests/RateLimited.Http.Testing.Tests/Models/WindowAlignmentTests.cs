using RateLimited.Http.Testing.Models;
using static RateLimited.Http.Testing.Tests.Models.Histories;

namespace RateLimited.Http.Testing.Tests.Models;

public sealed class WindowAlignmentTests
{
    private static readonly TimeZoneInfo Pacific = TimeZoneInfo.FindSystemTimeZoneById("America/Los_Angeles");

    [Theory]
    [InlineData("2026-07-01T12:00:00Z", 19)]
    [InlineData("2026-12-01T12:00:00Z", 20)]
    [InlineData("2026-03-08T08:00:00Z", 23)]
    [InlineData("2026-11-01T07:00:00Z", 25)]
    public void A_day_ends_at_midnight_where_it_is_counted(string from, int hours)
    {
        var model = new FixedWindowModel(10, TimeSpan.FromDays(1), WindowAlignment.Midnight(Pacific));
        var now = Of(from);

        model.Arrive(now, 10).ShouldNotBeNull();

        model.Read(now).ResetAfter.ShouldBe(TimeSpan.FromHours(hours));
        model.Fits(now.After(TimeSpan.FromHours(hours) - TimeSpan.FromTicks(1)), 1).ShouldBeFalse();
        model.Fits(now.After(TimeSpan.FromHours(hours)), 10).ShouldBeTrue();
    }

    [Fact]
    public void A_midnight_that_does_not_exist_is_the_first_minute_that_does()
    {
        // Havana's clocks go from 23:59 to 01:00.
        var havana = TimeZoneInfo.FindSystemTimeZoneById("America/Havana");
        var model = new FixedWindowModel(1, TimeSpan.FromDays(1), WindowAlignment.Midnight(havana));
        var noon = Of("2026-03-07T17:00:00Z");

        model.Read(noon).ResetAfter.ShouldBe(TimeSpan.FromHours(12));
    }

    [Fact]
    public void Windows_of_the_clock_can_begin_later_than_on_the_dot()
    {
        var model = new FixedWindowModel(1, TimeSpan.FromMinutes(1), WindowAlignment.ClockAfter(Seconds(20)));

        model.Read(Of("2026-03-01T12:00:05Z")).ResetAfter.ShouldBe(Seconds(15));
        model.Read(Of("2026-03-01T12:00:20Z")).ResetAfter.ShouldBe(Seconds(60));
        model.Read(Of("1960-03-01T12:00:05Z")).ResetAfter.ShouldBe(Seconds(15));
    }

    [Fact]
    public void A_wall_clock_that_is_set_back_finds_the_window_as_it_was()
    {
        var model = new FixedWindowModel(2, Seconds(60));
        var early = Of("2026-03-01T12:00:30Z");
        model.Arrive(early, 2);
        model.Arrive(early.After(Seconds(60))).ShouldNotBeNull();

        model.Fits(early, 1).ShouldBeFalse();
        model.Read(early.After(Seconds(60))).Remaining.ShouldBe(1);
    }

    [Fact]
    public void A_wall_clock_that_is_set_moves_no_window_that_began_with_use()
    {
        var model = new FixedWindowModel(1, Seconds(60), WindowAlignment.FirstUse);
        var began = Of("2026-03-01T12:00:30Z");
        model.Arrive(began);

        var later = new ArrivalTime(began.Monotonic + Seconds(10), began.SinceEpoch - Seconds(86_400));

        model.Read(later).ShouldBe(new LimitReading(1, 0, Seconds(60), 1, Seconds(50)));
    }

    private static ArrivalTime Of(string wall) => new(Seconds(1000), DateTimeOffset.Parse(wall, System.Globalization.CultureInfo.InvariantCulture) - DateTimeOffset.UnixEpoch);
}
