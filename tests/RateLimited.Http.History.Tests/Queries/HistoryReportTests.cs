using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.History.Queries;
using static RateLimited.Http.History.Tests.Queries.Recorded;

namespace RateLimited.Http.History.Tests.Queries;

public sealed class HistoryReportTests
{
    [Fact]
    public void Refusals_of_the_period_are_counted_by_every_name_and_nothing_else_is() => Prop.ForAll(
        Gen.ListOf(from minute in Gen.Choose(-2_000, 3_000) from name in Gen.Choose(0, 30) from count in Gen.Choose(1, 9) select (Minute: minute, Name: name, Count: count)).ToArbitrary(),
        static refusals =>
        {
            var records = refusals.Select(static each => Refusal(Start.AddMinutes(each.Minute), each.Count, tenant: each.Name == 0 ? null : $"t{each.Name}", endpoint: $"e{each.Name % 3}", key: $"key {each.Name % 2}")).ToList();
            var within = records.Where(static record => record.At >= Start && record.At < Start.AddDays(1)).ToList();
            var report = Report(records.Append<HistoryRecord>(Minute(Start)));

            return Same(report.ByTenant, within.GroupBy(static record => record.Tenant), 11)
                && Same(report.ByEndpoint, within.GroupBy(static record => record.Endpoint), 0)
                && Same(report.ByKey, within.GroupBy(static record => record.Key), 0)
                && Same(report.ByLimit, within.GroupBy(static record => record.Limit), 0)
                && Same(report.ByReason, within.GroupBy(static record => (string?)record.Reason.ToString()), 0);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void More_names_than_are_told_apart_are_counted_as_others()
    {
        var ranking = new Ranking();
        for (var i = 0; i < Ranking.MostNames + 500; i++)
        {
            ranking.Add($"{i}", 1);
        }

        ranking.Add("0", 5);
        var result = ranking.Result();
        result.Top[0].ShouldBe(new RankedRefusals("0", 6));
        (result.Top.Sum(static each => each.Count) + result.Others).ShouldBe(Ranking.MostNames + 505);
    }

    [Fact]
    public void The_hit_rate_is_the_share_of_requests_that_met_a_limit()
    {
        var report = Report(
        [
            Minute(Start) with { Admitted = 60, Waited = 20, Refused = 10, DryRun = 10, Bypassed = 1000 },
            Minute(Start.AddMinutes(1)) with { Admitted = 100 },
            Minute(Start.AddDays(-1)) with { Refused = 1000 },
        ]);

        report.Requests.ShouldBe(new RequestCounts(160, 20, 10, 10, 1000));
        report.Requests.HitRate.ShouldBe(0.2);
        new RequestCounts(0, 0, 0, 0, 5).HitRate.ShouldBeNull();
    }

    [Fact]
    public void The_breathing_room_is_what_is_left_of_the_quota_when_the_most_is_used()
    {
        var report = Report(
        [
            Minute(Start, Limit(20), Limit(9, quota: 10, partition: "endpoint GET /x")),
            Minute(Start.AddMinutes(7), Limit(75, taken: 30), Limit(120, name: "own")),
            Minute(Start.AddMinutes(9), Limit(40, used: 10, taken: 5)),
            Minute(Start.AddDays(-1), Limit(99)),
        ]);

        report.Limits.Select(static limit => (limit.Name, limit.Partition, limit.BreathingRoom)).ShouldBe([("own", "service", 1 - 1.2), ("100/minute", "endpoint GET /x", 1 - 0.9), ("100/minute", "service", 0.25)]);
        var limit = report.Limits[2];
        (limit.PeakAt, limit.Taken, limit.Left).ShouldBe((Start.AddMinutes(7), 35, 90));
    }

    [Fact]
    public void Hours_are_those_of_the_period_and_the_profile_is_of_all_that_is_known()
    {
        HistoryRecord[] records =
        [
            Minute(Start.AddHours(13), Limit(50)) with { Admitted = 5 },
            Minute(Start.AddHours(13).AddMinutes(59)) with { Refused = 2 },
            Minute(Start.AddDays(-6).AddHours(13), Limit(80)) with { Admitted = 7 },
            Minute(Start.AddDays(-40).AddHours(13)) with { Admitted = 1000 },
        ];
        var day = Report(records);

        day.Hours.Count.ShouldBe(24);
        day.Hours[13].ShouldBe(new TimeCounts("2026-11-26T13", 2, new RequestCounts(5, 0, 2, 0, 0), 0.5));
        day.ByHour[13].ShouldBe(new TimeCounts("13", 3, new RequestCounts(12, 0, 2, 0, 0), 0.8));
        day.ByWeekday.Select(static weekday => weekday.Name).ShouldBe(["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]);
        day.ByWeekday[3].Requests.Total.ShouldBe(7);
        day.ByWeekday[4].Requests.Total.ShouldBe(7);
        Report(records, ReportPeriod.Week(Today)).Hours.Count.ShouldBe(7 * 24);
    }

    [Fact]
    public void What_could_not_be_recorded_is_said()
    {
        var report = HistoryReport.Of(ReportPeriod.Day(Today), [new LossRecord { At = Start, Refusals = 5, Minutes = 1 }, new LossRecord { At = Start.AddDays(-1), Refusals = 100, Minutes = 100 }]);

        (report.LostRefusals, report.LostMinutes, report.Services.Count).ShouldBe((5, 1, 0));
        report.ToText().ShouldContain("Missing: 5 refusals and 1 minutes of services could not be recorded.");
    }

    [Theory]
    [InlineData("2026-11-22", "2026-11-16")]
    [InlineData("2026-11-23", "2026-11-23")]
    [InlineData("2026-11-26", "2026-11-23")]
    [InlineData("2026-11-29", "2026-11-23")]
    public void A_week_begins_with_its_Monday(string day, string monday)
    {
        var week = ReportPeriod.Week(DateOnly.Parse(day, System.Globalization.CultureInfo.InvariantCulture));

        week.From.ShouldBe(DateTimeOffset.Parse(monday + "T00:00Z", System.Globalization.CultureInfo.InvariantCulture));
        (week.To - week.From, week.IsDay).ShouldBe((TimeSpan.FromDays(7), false));
    }

    private static bool Same(RefusalRanking ranking, IEnumerable<IGrouping<string?, RefusalRecord>> groups, int beyondTop)
    {
        var counts = groups.Select(static group => new RankedRefusals(group.Key, group.Sum(static record => record.Count))).OrderByDescending(static each => each.Count).ToList();
        var top = counts.Take(Ranking.Shown).Select(static each => each.Count);
        return ranking.Top.Select(static each => each.Count).SequenceEqual(top)
            && ranking.Top.All(counts.Contains)
            && ranking.Others == counts.Skip(Ranking.Shown).Sum(static each => each.Count)
            && counts.Count <= Ranking.Shown + beyondTop;
    }
}
