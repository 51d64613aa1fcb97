using System.Text;
using System.Text.Json;
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

        var sum = FleetSum.Of("api", DateTimeOffset.UnixEpoch, [ReportOf(JsonSerializer.Serialize(many, ProcessReportJson.Default.ProcessReport))]);

        sum.Alerts.Count.ShouldBe(FleetSum.MostAlerts);
        sum.Alerts[^1].Id.ShouldBe("over");
        sum.Alerts.ShouldAllBe(static alert => alert.Service == "api" && alert.Summary.Length <= 300);
    }

    [Fact]
    public void Keys_are_counted_by_name_and_what_is_no_key_is_nothing()
    {
        var (one, other) = (KeyNamed("first") with { State = "active", Headroom = 0.5, InFlight = 2, Requests = 10, Moved = 1 }, KeyNamed("first") with { State = "exhausted", Headroom = 0, InFlight = 1, Requests = 20 });
        var hostile = new ProcessReport { Keys = [KeyNamed("first") with { State = "owned" }, KeyNamed(new string('k', 400)) with { State = "active" }, KeyNamed("</td>") with { State = "active", Headroom = 7, InFlight = -1, Requests = 1e300 }] };

        var keys = FleetSum.Of("api", DateTimeOffset.UnixEpoch, [new ProcessReport { Keys = [one, one] }, new ProcessReport { Keys = [other] }, hostile]).Keys;

        keys.Select(static key => (key.Name, key.Headroom, key.InFlight, key.Requests, key.Moved)).ShouldBe([("</td>", 1, 0, 1L << 53, 0), ("first", 0, 3, 30, 1)]);
        keys[1].States.ShouldBe(new Dictionary<string, int>(StringComparer.Ordinal) { ["active"] = 1, ["exhausted"] = 1 }, ignoreOrder: true);
    }

    [Fact]
    public void A_report_takes_bounded_room_whatever_it_has_to_tell()
    {
        var much = new ProcessReport
        {
            Checks = new Dictionary<string, double>(StringComparer.Ordinal) { ["admitted"] = 7 },
            SpendUsd = Enumerable.Range(0, 64).ToDictionary(static i => $"{i}{new string('<', 290)}", static i => (double)i, StringComparer.Ordinal),
            Alerts = [.. Enumerable.Range(0, 30).Select(static i => Alerts.One($"{i}") with { Summary = new string('<', 3_000) })],
            Keys = [.. Enumerable.Range(0, 50).Select(static i => KeyNamed($"{i}{new string('<', 290)}"))],
            Sealed = new string('A', 16 * 1024),
        };

        var bytes = much.ToBytes();

        bytes.Length.ShouldBeLessThanOrEqualTo(ProcessReport.MostBytes);
        var told = ReportOf(Encoding.UTF8.GetString(bytes));
        (told.Checks["admitted"], told.Sealed).ShouldBe((7, much.Sealed));
        told.SpendUsd.Values.ShouldContain(63);
    }

    [Fact]
    public void What_an_older_process_says_is_understood_and_an_older_one_understands_what_is_said()
    {
        var old = ReportOf("""{"checks":{"admitted":3},"refusals":{},"unexpected429":1,"spendUsd":{},"inFlight":2,"waiting":1,"alerts":[]}""");
        FleetSum.FlowOf(old).ShouldBe(new FleetFlow(3, 0, 1));
        FleetSum.Of("api", DateTimeOffset.UnixEpoch, [old]).Keys.ShouldBeEmpty();

        // An older one takes the fields it knows, with each of an alert's that it must have, and leaves the others.
        using var said = JsonDocument.Parse(new ProcessReport { Alerts = [Alerts.One("1") with { Subject = null }] }.ToBytes());
        said.RootElement.EnumerateObject().Select(static field => field.Name).ShouldBe(["checks", "refusals", "unexpected429", "spendUsd", "inFlight", "waiting", "alerts", "keys"]);
        said.RootElement.GetProperty("alerts")[0].EnumerateObject().Select(static field => field.Name)
            .ShouldBe(["id", "rule", "severity", "service", "subject", "summary", "value", "beganAt", "firedAt", "recoveredAt", "acknowledgedAt", "acknowledgedBy"]);
    }

    private static KeyReport KeyNamed(string name) => new() { Name = name, State = "active", Headroom = 1 };

    private static ProcessReport ReportOf(string line) => ProcessReport.Of(Encoding.UTF8.GetBytes(line)).ShouldNotBeNull();
}
