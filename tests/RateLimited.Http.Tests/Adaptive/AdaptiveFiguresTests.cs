using System.Globalization;
using System.Text;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Tests.Adaptive;

/// <summary>The figures of docs/adaptive.md. <c>APPROVE=1</c> writes them anew.</summary>
public class AdaptiveFiguresTests
{
    private const string Document = "docs/adaptive.md";
    private const string Begin = "<!-- figures -->\n";
    private const string End = "<!-- /figures -->";

    private static readonly string[] Heading = ["| upstream | what comes of it |", "| --- | --- |"];

    [Fact]
    public void The_document_has_a_row_for_every_simulation()
    {
        var path = Repository.PathOf(Document);
        var text = File.ReadAllText(path);
        var (from, until) = (text.IndexOf(Begin, StringComparison.Ordinal) + Begin.Length, text.IndexOf(End, StringComparison.Ordinal));
        if (Environment.GetEnvironmentVariable("APPROVE") == "1")
        {
            File.WriteAllText(path, text[..from] + Table() + text[until..]);
            return;
        }

        // Figures may differ in the last place between processors; what they must be is bounded by the tests of the closed loops.
        text[from..until].Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(Heading.Length).Select(static row => row.Split('|')[1].Trim()).ShouldBe(Rows.Select(static row => row.Title));
    }

    private static readonly (string Title, Func<string> Figures)[] Rows =
    [
        ("rate: 100 a second, then 30, then 200; 400 wanted", static () =>
        {
            using var loop = Scenarios.RateSteps().Run(400);
            var (served, refused) = (Share(loop, 20, 120, 100), loop.Between(0, 400).ThrottledShare);
            return $"{served} of 100 a second, {Share(loop, 130, 240, 30)} of 30, {Share(loop, 260, 400, 200)} of 200; {Percent(refused, 2)} refused; 90 % after {loop.UntilServed(0, 90)} s, after {loop.UntilServed(240, 180)} s from 30 to 200";
        }),
        ("rate: 30 wanted of 100, then 400", static () =>
        {
            using var loop = Scenarios.LittleDemand().Run(160);
            return $"limit {loop.Seconds[25].Limit} before and {loop.Seconds[79].Limit} after a minute of little demand; {loop.Between(80, 85).Throttled} of {loop.Between(80, 85).Sent} refused when it comes back";
        }),
        ("concurrency: 40 workers, then 10, then 80", static () =>
        {
            using var loop = Scenarios.WorkerSteps().Run(400);
            return $"{Share(loop, 10, 120, 40 / 0.102)}, {Share(loop, 130, 240, 10 / 0.102)}, {Share(loop, 260, 400, 80 / 0.102)} of their throughput; {Latency(loop, 10, 120)}, {Latency(loop, 130, 240)}, {Latency(loop, 260, 400)} of 102 ms";
        }),
        ("concurrency: the 51st is refused", static () =>
        {
            using var loop = Scenarios.HardBound().Run(200);
            return $"{Share(loop, 20, 200, 50 / 0.102)} of the throughput; {Percent(loop.Between(20, 200).ThrottledShare, 3)} refused";
        }),
        ("concurrency: 5 of 40 workers for ten minutes", static () =>
        {
            using var loop = Scenarios.FewWorkers().Run(800);
            return $"{Share(loop, 80, 660, 5 / 0.102)} of their throughput; limit at most {loop.Seconds.Skip(80).Take(580).Max(static second => second.Limit)}; 90 % of the old throughput {loop.UntilServed(660, 0.9 * 40 / 0.102)} s after the end";
        }),
        ("concurrency: all workers five times as slow for ten minutes", static () =>
        {
            using var loop = Scenarios.SlowWorkers().Run(800);
            return $"{Share(loop, 80, 660, 40 / 0.51)} of their throughput; limit at most {loop.Seconds.Skip(80).Take(580).Max(static second => second.Limit)}; {loop.UntilServed(660, 0.9 * 40 / 0.102)} s after the end";
        }),
        ("fault throttle: outage of ten minutes, 100 a second wanted", static () =>
        {
            using var loop = Scenarios.Outage(600).Run(900);
            return $"{loop.Between(200, 800).Sent} sent of {loop.Between(200, 800).Offered}, of these {loop.Between(300, 800).Sent} in the last 500 s; all served {loop.UntilServed(800, 95)} s after the end";
        }),
        ("fault throttle: outage of 90 s", static () =>
        {
            using var loop = Scenarios.Outage(90).Run(400);
            return $"all served {loop.UntilServed(290, 95)} s after the end";
        }),
        ("fault throttle: 100 of 1 000 a second are answered", static () =>
        {
            using var loop = Scenarios.Overload().Run(300);
            var settled = loop.Between(20, 300);
            return $"{settled.Sent / 280} a second sent, {settled.Succeeded / 280} answered";
        }),
    ];

    private static string Table()
    {
        var table = new StringBuilder().AppendJoin('\n', Heading).Append('\n');
        foreach (var (title, figures) in Rows)
        {
            table.Append(CultureInfo.InvariantCulture, $"| {title} | {figures()} |\n");
        }

        return table.ToString();
    }

    private static string Share(ClosedLoop loop, int from, int until, double capacity) => Percent(loop.Between(from, until).Succeeded / capacity / (until - from), 0);

    private static string Percent(double share, int places) => (share * 100).ToString($"F{places}", CultureInfo.InvariantCulture) + " %";

    private static string Latency(ClosedLoop loop, int from, int until) => (loop.Between(from, until).MeanLatency * 1000).ToString("F0", CultureInfo.InvariantCulture) + " ms";
}
