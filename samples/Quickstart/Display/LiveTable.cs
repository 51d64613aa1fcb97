using System.Globalization;
using Spectre.Console;

namespace Quickstart.Display;

/// <summary>A table that renews itself in place, four times a second.</summary>
internal sealed class LiveTable(IReadOnlyList<Cell> cells, TimeProvider time) : ProgressDisplay(cells, time)
{
    protected override TimeSpan Interval => TimeSpan.FromMilliseconds(250);

    public override Task ShowAsync(Func<Task> measure) =>
        AnsiConsole.Live(TableAt(TimeSpan.Zero)).StartAsync(live => EachIntervalAsync(measure, elapsed => live.UpdateTarget(TableAt(elapsed))));

    private Table TableAt(TimeSpan elapsed)
    {
        var table = CellTable.WithColumns("ok", "in line", "429", "quota used");
        table.Caption(string.Create(CultureInfo.InvariantCulture, $"{elapsed.TotalSeconds:0.0} s"));
        foreach (var cell in Cells)
        {
            var report = cell.Report;
            CellTable.AddRow(table, cell, [$"{report.Ok}", $"{cell.InLine}", CellTable.Refusals(report), Percent.Of(report)]);
        }

        return table;
    }
}
