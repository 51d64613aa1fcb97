using System.Globalization;

namespace Quickstart.Display;

/// <summary>A line for each upstream every two seconds, of the clients that run, for output that is read later or by a program.</summary>
internal sealed class PlainLines(IReadOnlyList<Cell> cells, TimeProvider time) : ProgressDisplay(cells, time)
{
    protected override TimeSpan Interval => TimeSpan.FromSeconds(2);

    public override Task ShowAsync(Func<Task> measure) => EachIntervalAsync(measure, Write);

    private void Write(TimeSpan elapsed)
    {
        foreach (var upstream in Cells.Where(cell => cell.Asking > 0).GroupBy(cell => cell.Upstream.Name))
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds,3:0} s  {upstream.Key,-12}  {string.Join(" | ", upstream.Select(Describe))}"));
    }

    private static string Describe(Cell cell)
    {
        var report = cell.Report;
        return string.Create(CultureInfo.InvariantCulture, $"{cell.Strategy.Name} ok={report.Ok} 429={report.Refused} line={cell.InLine} {Percent.Of(report)}");
    }
}
