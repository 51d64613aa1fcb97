using System.Text.Json;
using RateLimited.Http.Arena;
using RateLimited.Http.Arena.Cells;
using RateLimited.Http.Arena.Clients;
using RateLimited.Http.Arena.Demand;
using RateLimited.Http.Arena.Reports;
using RateLimited.Http.Arena.Upstreams;

namespace RateLimited.Http.Testing.Tests.Arena;

/// <summary>What the arena's figures rest on besides the upstreams: the same demand for all, rounds, fairness, reports.</summary>
public sealed class ArenaTests
{
    private static readonly TimeSpan Time = TimeSpan.FromSeconds(8);

    public static TheoryData<string> Upstreams => [.. UpstreamList.All.Select(static upstream => upstream.Name)];

    [Theory]
    [MemberData(nameof(Upstreams))]
    public void Demand_is_the_same_however_many_processes_it_comes_from(string name)
    {
        var upstream = UpstreamList.All.Single(upstream => upstream.Name == name);
        foreach (var demand in (DemandKind[])[DemandKind.Bursty, DemandKind.Sparse])
        {
            var one = DemandPlan.CallsOf(upstream, demand, 0, 1, Time, seed: 3);
            var four = Enumerable.Range(0, 4).SelectMany(process => DemandPlan.CallsOf(upstream, demand, process, 4, Time, seed: 3));

            four.OrderBy(static call => call.At).Select(static call => call.At).ShouldBe(one.Select(static call => call.At));
            one.ShouldBe(DemandPlan.CallsOf(upstream, demand, 0, 1, Time, seed: 3));
            one.Select(static call => call.At).ShouldBe(one.Select(static call => call.At).Order());
            one.Count.ShouldBeLessThan((int)(upstream.PerWindow * (Time / upstream.Window)), "on the whole there is less demand than quota");
        }
    }

    [Fact]
    public void Every_tenant_has_more_callers_than_its_share_and_one_has_three_times_as_many()
    {
        foreach (var processes in (int[])[1, 4])
        {
            var callers = DemandPlan.CallersOf(processes).GroupBy(static tenant => tenant).ToDictionary(static tenant => tenant.Key, static tenant => tenant.Count());

            callers.Values.Max().ShouldBe(3 * callers.Values.Min());
            callers.Values.Min().ShouldBeGreaterThan(UpstreamList.Quota / callers.Count);
            DemandPlan.CallersOf(processes).Take(UpstreamList.Quota).GroupBy(static tenant => tenant).ShouldAllBe(tenant => tenant.Count() == UpstreamList.Quota / callers.Count, "before anybody waits");
        }
    }

    [Fact]
    public void Every_cell_runs_once_and_ours_never_beside_others()
    {
        var number = 0;
        Cell[] cells =
        [
            .. from processes in (int[])[1, 4]
               from demand in Enum.GetValues<DemandKind>()
               from upstream in UpstreamList.All
               where processes == 1 || upstream.IsForSeveralProcesses
               from strategy in Strategy.All
               select new Cell(number++, strategy, upstream, demand, processes),
        ];

        var rounds = Rounds.Of(cells);

        rounds.SelectMany(static round => round).OrderBy(static cell => cell.Number).ShouldBe(cells);
        rounds.All(static round => round.Select(static cell => (cell.Strategy.IsOurs, cell.Demand, cell.Processes)).Distinct().Count() == 1).ShouldBeTrue();
        (rounds.Count * (8 + 1)).ShouldBeLessThan(300, "with the usual eight seconds all is to be done in five minutes");
    }

    [Fact]
    public void Fairness_is_one_for_equal_shares_and_one_by_their_number_when_one_got_all()
    {
        Fairness.Jain([25, 25, 25, 25]).ShouldBe(1);
        Fairness.Jain([100, 0, 0, 0]).ShouldBe(0.25);
        Fairness.Jain([3, 1, 1, 1]).ShouldNotBeNull().ShouldBe(0.75);
        Fairness.Jain([0, 0]).ShouldBeNull();
    }

    [Fact]
    public void What_ours_misses_is_said_and_what_others_miss_is_not()
    {
        var upstream = UpstreamList.All[0];
        var good = Row(Strategy.Ours, upstream, status429: 0, ok: 995, jain: 0.99);

        Targets.MissedBy(good).ShouldBeEmpty();
        Targets.MissedBy(good with { Status429 = 1 }).Single().ShouldContain("refused 1 times, at most 0");
        Targets.MissedBy(good with { Ok = 900 }).Single().ShouldContain("90.0 % used");
        Targets.MissedBy(good with { Jain = 0.9 }).Single().ShouldContain("fairness of 0.900");
        Targets.MissedBy(Row(Strategy.All[1], upstream, status429: 1_000, ok: 1, jain: 0.3)).ShouldBeEmpty();
        var shared = UpstreamList.All.Single(static each => each.HasStranger);
        Targets.MissedBy(Row(Strategy.Ours, shared, status429: 4, ok: 990, jain: 1)).ShouldBeEmpty("one in each window is allowed where somebody else draws on the quota");
        Targets.MissedBy(Row(Strategy.Ours, shared, status429: 5, ok: 990, jain: 1)).ShouldNotBeEmpty();
    }

    [Fact]
    public void The_report_is_one_file_that_loads_nothing_and_has_every_row()
    {
        CellResult[] rows = [.. Strategy.All.Select(strategy => Row(strategy, UpstreamList.All[3], status429: 7, ok: 960, jain: 0.98))];

        var page = HtmlReport.Of(new ArenaDocument(Time, 1, DateTimeOffset.UnixEpoch, rows));

        page.ShouldNotContain("<script");
        page.ShouldNotContain("<link");
        page.ShouldNotContain("src=");
        page.ShouldNotContain("url(");
        page.Split("<tr class=").Length.ShouldBe(rows.Length + 1);
        page.Split("<circle").Length.ShouldBe(rows.Length + 1);
    }

    [Fact]
    public void The_document_has_what_programs_want_to_know_of_each_cell()
    {
        using var document = JsonDocument.Parse(JsonReport.Of(new ArenaDocument(Time, 5, DateTimeOffset.UnixEpoch, [Row(Strategy.Ours, UpstreamList.All[0], status429: 0, ok: 995, jain: 0.99)])));

        var cell = document.RootElement.GetProperty("cells")[0];
        cell.EnumerateObject().Select(static property => property.Name).ShouldBe(
        [
            "strategy", "upstream", "demand", "processes", "ok", "theoretical", "utilisation", "status429", "wasted", "failed", "p50WaitMilliseconds", "p99WaitMilliseconds", "fairness", "keyDeviation",
        ]);
        cell.GetProperty("utilisation").GetDouble().ShouldBe(0.995);
        document.RootElement.GetProperty("seed").GetInt32().ShouldBe(5);
    }

    [Theory]
    [InlineData("--seconds", "1")]
    [InlineData("--seconds", "soon")]
    [InlineData("--strategy", "magic")]
    [InlineData("--processes", "3")]
    [InlineData("--nonsense")]
    [InlineData("--upstream", "keys", "--processes", "4")]
    public async Task What_cannot_be_is_refused_with_exit_code_2(params string[] arguments) => (await ArenaCommand.RunAsync(arguments)).ShouldBe(2);

    private static CellResult Row(Strategy strategy, ArenaUpstream upstream, long status429, long ok, double jain) =>
        new(new Cell(0, strategy, upstream, DemandKind.Saturating, 1), ok, 1_000, status429, status429, 0, ok, 30, 900, jain, KeyDeviation: null, Windows: 4);
}
