using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.History.Queries;
using static RateLimited.Http.History.Tests.Queries.Recorded;

namespace RateLimited.Http.History.Tests.Queries;

public sealed class QuotaForecastTests
{
    [Fact]
    public void It_is_when_a_count_minute_by_minute_says_it_is() => Prop.ForAll(
        Gen.ArrayOf(Gen.Choose(0, 20), 24).ToArbitrary(),
        Gen.Choose(1, 20_000).ToArbitrary(),
        Gen.Choose(1, 3_000).ToArbitrary(),
        static (perMinute, left, minutes) =>
        {
            var now = Start.AddMinutes(37);
            var forecast = QuotaForecast.RunsOutAt(now, left, TimeSpan.FromMinutes(minutes), at => perMinute[at.Hour]);
            DateTimeOffset? counted = null;
            var rest = left;
            for (var minute = 0; minute < minutes && counted is null; minute++)
            {
                var rate = perMinute[now.AddMinutes(minute).Hour];
                if (rest <= rate && rate > 0)
                {
                    counted = now.AddMinutes(minute + ((double)rest / rate));
                }

                rest -= rate;
            }

            return forecast is { } instant ? counted is { } other && (instant - other).Duration() < TimeSpan.FromMilliseconds(1) : counted is null;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Nothing_left_has_run_out_and_nothing_known_is_no_forecast()
    {
        QuotaForecast.RunsOutAt(Start, 0, TimeSpan.FromHours(1), static _ => null).ShouldBe(Start);
        QuotaForecast.RunsOutAt(Start, 1, TimeSpan.FromHours(1), static _ => null).ShouldBeNull();
        QuotaForecast.RunsOutAt(Start, long.MaxValue, TimeSpan.MaxValue, static _ => 1).ShouldBeNull();
    }

    [Fact]
    public void What_rises_in_a_line_is_outgrown_where_the_line_reaches_all_of_it() => Prop.ForAll(
        Gen.Choose(5, 28).ToArbitrary(),
        Gen.Choose(1, 50).ToArbitrary(),
        Gen.Choose(0, 99).ToArbitrary(),
        static (days, perMille, startPercent) =>
        {
            double Share(int day) => (startPercent / 100.0) + (perMille * day / 1000.0);
            var outgrown = QuotaForecast.OutgrownOn([.. Enumerable.Range(0, days).Select(day => (Today.AddDays(day), Share(day)))]);
            var first = Enumerable.Range(0, 2_000).First(day => Share(day) >= 1 - 1e-9);

            return first > days - 1 + 365 ? outgrown is null || outgrown == Today.AddDays(first - 1) : outgrown is { } day && Math.Abs(day.DayNumber - Today.AddDays(Math.Max(first, days - 1)).DayNumber) <= 1;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void What_does_not_rise_or_is_hardly_known_is_never_outgrown()
    {
        QuotaForecast.OutgrownOn([.. Enumerable.Range(0, 20).Select(static day => (Today.AddDays(day), 0.5))]).ShouldBeNull();
        QuotaForecast.OutgrownOn([.. Enumerable.Range(0, 20).Select(static day => (Today.AddDays(day), 0.9 - (day / 100.0)))]).ShouldBeNull();
        QuotaForecast.OutgrownOn([.. Enumerable.Range(0, 4).Select(static day => (Today.AddDays(day), day / 5.0))]).ShouldBeNull();
    }

    [Fact]
    public void A_profile_knows_the_hour_of_the_weekday_or_else_of_the_day_or_else_the_average()
    {
        var profile = new UseProfile();
        profile.PerMinuteAt(Start).ShouldBeNull();
        Fill(Start.AddHours(9), 60, 10);
        Fill(Start.AddDays(1).AddHours(9), 60, 30);
        Fill(Start.AddHours(15), 60, 2);

        profile.PerMinuteAt(Start.AddDays(7).AddHours(9.5)).ShouldBe(10);
        profile.PerMinuteAt(Start.AddDays(3).AddHours(9)).ShouldBe(20);
        profile.PerMinuteAt(Start.AddHours(3)).ShouldBe(14);

        void Fill(DateTimeOffset from, int minutes, long taken)
        {
            for (var minute = 0; minute < minutes; minute++)
            {
                profile.Add(from.AddMinutes(minute), taken);
            }
        }
    }

    [Fact]
    public void A_daily_quota_that_will_not_last_is_told_of_with_the_time()
    {
        var day = TimeSpan.FromDays(1);
        var minutes = Enumerable.Range(0, 600).Select(minute => Minute(Start.AddMinutes(minute), Limit((minute + 1) * 10, quota: 10_000, taken: 10, window: day, reset: day - TimeSpan.FromMinutes(minute + 1))));

        Report(minutes).Limits.Single().RunsOutAt.ShouldBe(Start.AddMinutes(1000));
    }

    [Fact]
    public void A_quota_that_lasts_until_it_is_free_again_and_one_of_a_minute_are_not()
    {
        var minutes = Enumerable.Range(0, 600).Select(static minute => Minute(
            Start.AddMinutes(minute),
            Limit(minute + 1, quota: 10_000, taken: 1, window: TimeSpan.FromDays(1), reset: TimeSpan.FromMinutes(1439 - minute), name: "daily"),
            Limit(99, taken: 99, reset: TimeSpan.FromMinutes(1))));

        Report(minutes).Limits.ShouldAllBe(static limit => limit.RunsOutAt == null);
    }
}
