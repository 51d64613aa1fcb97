using System.Text;
using FsCheck;
using FsCheck.Fluent;
using RateLimited.Http.Redis.Watching;
using RateLimited.Http.Telemetry.Traffic;
using RateLimited.Http.Tests.Limits.Cases;

namespace RateLimited.Http.Redis.Tests.Watching;

/// <summary>What processes say of tenants adds up to what was true, within the error that the sum states; and what another program wrote is nothing.</summary>
public sealed class TrafficSumTests
{
    private const int Processes = 3;

    private static readonly DateTimeOffset At = DateTimeOffset.UnixEpoch.AddDays(1);

    private static readonly string[] Pieces =
    [
        "{", "}", "[", "]", ":", ",", "\"tenants\"", "\"endpoints\"", "\"refusals\"", "\"top\"", "\"missed\"", "\"admitted\"", "\"since\"", "\"name\"", "null", "-1", "1e308", "12", "\"x\"", "true", "\u0000", "\"1970-01-01T00:00:00Z\"",
    ];

    // Few names have much, and many have little: the place of a name is a number times a number, most of which are small.
    private static readonly Gen<(int Process, int Name, bool IsRefused)[]> Requests =
        (from process in Gen.Choose(0, Processes - 1) from one in Gen.Choose(0, 19) from other in Gen.Choose(0, 20) from refused in Gen.Choose(0, 3) select (process, one * other, refused == 0)).ArrayOf(2_000);

    [Fact]
    public void What_is_told_of_a_name_is_never_more_than_the_truth_and_less_by_no_more_than_is_missed() => Holds.For(
        from requests in Requests from room in Gen.Elements(200, 700, 2_000, 16_000) from unnamed in Gen.Elements(false, true) select (requests, room, unnamed),
        static drawn =>
        {
            var counts = Enumerable.Range(0, Processes).Select(static _ => new TrafficCounts(DateTimeOffset.UnixEpoch)).ToArray();
            foreach (var (process, name, isRefused) in drawn.requests)
            {
                Count(counts[process], NameOf(name), isRefused);
            }

            var sum = TrafficSum.Of("api", At, [.. counts.Select(each => ReportOf(each, drawn.room, drawn.unnamed))]).ShouldNotBeNull().Endpoints;

            (sum.Admitted, sum.Refused).ShouldBe((drawn.requests.Count(static request => !request.IsRefused), drawn.requests.Count(static request => request.IsRefused)));
            var rest = drawn.requests.Length - sum.Top.Sum(static share => share.Admitted + share.Refused);
            var told = sum.Top.Select(static share => share.Name).ToHashSet(StringComparer.Ordinal);
            var most = sum.Top is [.., var last] ? last.Admitted + last.Refused + sum.Missed : rest;
            foreach (var of in drawn.requests.GroupBy(static request => NameOf(request.Name), StringComparer.Ordinal))
            {
                if (told.Contains(of.Key))
                {
                    var share = sum.Top.Single(share => share.Name == of.Key);
                    of.LongCount().ShouldBeInRange(share.Admitted + share.Refused, share.Admitted + share.Refused + sum.Missed);
                    share.Refused.ShouldBeLessThanOrEqualTo(of.LongCount(static request => request.IsRefused));
                }
                else
                {
                    of.LongCount().ShouldBeLessThanOrEqualTo(most);
                }
            }
        },
        share: 80);

    [Fact]
    public void Few_names_are_told_exactly()
    {
        var (one, other) = (new TrafficCounts(DateTimeOffset.UnixEpoch.AddHours(2)), new TrafficCounts(DateTimeOffset.UnixEpoch.AddHours(1)));
        Count(one, "acme", isRefused: false);
        Count(one, "acme", isRefused: true);
        Count(other, "acme", isRefused: false);
        Count(other, "globex", isRefused: true);

        var sum = TrafficSum.Of("api", At, [ReportOf(one), ReportOf(other)]).ShouldNotBeNull();

        (sum.Service, sum.Processes, sum.Tenants.Since, sum.Tenants.Admitted, sum.Tenants.Refused, sum.Tenants.Missed).ShouldBe(("api", 2, DateTimeOffset.UnixEpoch.AddHours(1), 2, 2, 0));
        sum.Tenants.Top.ShouldBe([new("acme", 2, 1), new("globex", 0, 1)]);
        sum.Refusals.Select(static refusal => (refusal.Tenant, refusal.Reason, refusal.Priority)).ShouldBe([("acme", "timeout", "low"), ("globex", "timeout", "low")], ignoreOrder: true);
        TrafficSum.Of("api", At, []).ShouldBeNull();
    }

    [Fact]
    public void However_long_names_are_a_report_takes_no_more_room_than_it_has()
    {
        var counts = new TrafficCounts(DateTimeOffset.UnixEpoch);
        for (var i = 0; i < 100; i++)
        {
            // Six bytes in JSON for every letter.
            Count(counts, $"{i:000}{new string('<', 1_000)}", isRefused: true);
        }

        ReportOf(counts, room: 2_000).ToBytes().Length.ShouldBeLessThanOrEqualTo(2_000);
        var report = ReportOf(counts, room: 16_000);
        report.ToBytes().Length.ShouldBeInRange(2_000, 16_000);
        report.Tenants.Top.Count.ShouldBePositive();
        report.Tenants.Refused.ShouldBe(100);
    }

    [Fact]
    public void Whatever_stands_there_is_a_report_or_nothing_and_adds_up() => Holds.For(
        from pieces in Gen.Elements(Pieces).ArrayOf(16) select string.Concat(pieces),
        static text =>
        {
            if (TrafficReport.Of(Encoding.UTF8.GetBytes(text)) is { } report)
            {
                TrafficSum.Of("api", At, [report, report]).ShouldNotBeNull().Processes.ShouldBe(2);
            }
        });

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"tenants":{"since":"1970-01-01T00:00:00Z","admitted":"many","refused":0,"top":[],"missed":0}}""")]
    [InlineData("""{"tenants":{"since":"1970-01-01T00:00:00Z","admitted":1e300,"refused":0,"top":[],"missed":0}}""")]
    [InlineData("""{"tenants":{"since":"once","admitted":1,"refused":0,"top":[],"missed":0}}""")]
    public void What_no_process_says_is_no_report(string json) => TrafficReport.Of(Encoding.UTF8.GetBytes(json)).ShouldBeNull();

    [Fact]
    public void Numbers_names_and_texts_are_bounded()
    {
        const string Shares = """{"since":"2100-01-01T00:00:00Z","admitted":-4,"refused":9223372036854775807,"top":[null,{"name":"x","admitted":-1,"refused":9223372036854775807},{"name":"LONG","admitted":1,"refused":0}],"missed":-9223372036854775808}""";
        const string Refusal = """{"at":"2100-01-01T00:00:00Z","reason":"REASON","priority":"PRIORITY","tenant":"LONG"}""";
        var refusals = string.Join(',', Refusal.Replace("REASON", "timeout", StringComparison.Ordinal).Replace("PRIORITY", "low", StringComparison.Ordinal), Refusal, Refusal.Replace("REASON", "timeout", StringComparison.Ordinal), "null");
        var json = $$"""{"tenants":{{Shares}},"endpoints":null,"refusals":[{{refusals}}]}""".Replace("LONG", new string('y', 10_000), StringComparison.Ordinal);
        var report = TrafficReport.Of(Encoding.UTF8.GetBytes(json)).ShouldNotBeNull();

        var sum = TrafficSum.Of("api", At, [.. Enumerable.Repeat(report, 1_000)]).ShouldNotBeNull();

        (sum.Tenants.Since, sum.Tenants.Admitted, sum.Tenants.Refused, sum.Tenants.Missed).ShouldBe((At, 1_000, 1_000L << 42, 0));
        sum.Tenants.Top.Select(static share => (share.Name!.Length, share.Admitted, share.Refused)).ShouldBe([(1, 0, 1_000L << 42), (TopShares.LongestName, 1_000, 0)]);
        (sum.Endpoints.Since, sum.Endpoints.Admitted, sum.Endpoints.Top.Count).ShouldBe((At, 0, 0));
        sum.Refusals.Count.ShouldBe(TrafficSum.Refusals);
        sum.Refusals.ShouldAllBe(static refusal => refusal.At == At && refusal.Tenant!.Length == TopShares.LongestName);
    }

    private static string? NameOf(int name) => name == 0 ? null : $"name {name}";

    private static void Count(TrafficCounts counts, string? name, bool isRefused)
    {
        if (isRefused)
        {
            counts.Refused(new RefusedRequest { Service = "api", Reason = RejectionReason.Timeout, Tenant = name, Endpoint = name, Priority = RequestPriority.Low }, At);
        }
        else
        {
            counts.Admitted(new AdmittedRequest { Service = "api", Tenant = name, Endpoint = name });
        }
    }

    /// <summary>As it comes out of Redis.</summary>
    private static TrafficReport ReportOf(TrafficCounts counts, int room = 16_000, bool unnamed = false)
    {
        var told = TrafficReport.Of(counts.Read("api", TrafficReport.Most, TrafficReport.Most));
        return TrafficReport.Of((unnamed ? told.Unnamed(new HashSet<string>(StringComparer.Ordinal) { "name 12", "name 4", "name 40" }) : told).Within(room).ToBytes()).ShouldNotBeNull();
    }
}
