using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Redis.Watching;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Redis.Tests.Watching;

/// <summary>What processes say is added up, and what is no report of a process is nothing, whatever Redis holds.</summary>
public sealed class FleetSumTests
{
    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ",", "\"checks\"", "\"refusals\"", "\"spendUsd\"", "\"alerts\"", "\"unexpected429\"", "\"inFlight\"", "\"admitted\"", "\"id\"", "null", "-1", "1e308", "12", "\"x\"", "true", "\u0000", "é",
    ];

    private static readonly Gen<string> Lines = from pieces in Gen.Elements(Pieces).ArrayOf(12) select string.Concat(pieces);

    [Fact]
    public void Whatever_stands_there_is_a_report_or_nothing_and_adds_up() => Holds.For(Lines, static line =>
    {
        if (ProcessReport.Of(Encoding.UTF8.GetBytes(line)) is { } report)
        {
            FleetSum.Of("api", DateTimeOffset.UnixEpoch, [report, report]).Processes.ShouldBe(2);
        }
    });

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"checks\":null}")]
    [InlineData("{\"alerts\":[{\"id\":\"x\"}]}")]
    [InlineData("{\"unexpected429\":\"many\"}")]
    public void What_no_process_says_is_no_report(string line) => ProcessReport.Of(Encoding.UTF8.GetBytes(line)).ShouldBeNull();

    [Fact]
    public void Numbers_names_and_texts_are_bounded()
    {
        var hostile = ReportOf($$"""{"checks":{"admitted":1e300,"refused":-5,"owned":7},"refusals":{"timeout":3},"spendUsd":{"{{new string('m', 400)}}":1,"gpt":0.5},"unexpected429":-3,"inFlight":2.9,"waiting":1e18,"alerts":[]}""");
        var sum = FleetSum.Of("api", DateTimeOffset.UnixEpoch, [hostile, ReportOf("""{"checks":{"admitted":2},"refusals":{},"spendUsd":{"gpt":0.25},"alerts":[]}""")]);

        sum.Checks.ShouldBe(new Dictionary<string, long>(StringComparer.Ordinal) { ["admitted"] = 1L << 53, ["refused"] = 0 }, ignoreOrder: true);
        sum.Refusals.ShouldBe(new Dictionary<string, long>(StringComparer.Ordinal) { ["timeout"] = 3 });
        sum.SpendUsd.ShouldBe(new Dictionary<string, double>(StringComparer.Ordinal) { ["gpt"] = 0.75 });
        (sum.Unexpected429, sum.InFlight, sum.Waiting, sum.Processes).ShouldBe((0, 2, 1L << 53, 2));
    }

    [Fact]
    public void Alerts_are_those_of_the_service_few_of_each_process_and_open_ones_first()
    {
        var over = Alerts.One("over") with { RecoveredAt = DateTimeOffset.UnixEpoch.AddHours(1) };
        var many = new ProcessReport { Alerts = [over, .. Enumerable.Range(0, 100).Select(static i => Alerts.One($"{i}") with { Service = "other", Summary = new string('s', 1_000) })] };

        var sum = FleetSum.Of("api", DateTimeOffset.UnixEpoch, [ReportOf(Encoding.UTF8.GetString(many.ToBytes()))]);

        sum.Alerts.Count.ShouldBe(FleetSum.MostAlerts);
        sum.Alerts[^1].Id.ShouldBe("over");
        sum.Alerts.ShouldAllBe(static alert => alert.Service == "api" && alert.Summary.Length <= 300);
    }

    private static ProcessReport ReportOf(string line) => ProcessReport.Of(Encoding.UTF8.GetBytes(line)).ShouldNotBeNull();
}
