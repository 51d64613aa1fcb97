using Quickstart.Clients;
using Spectre.Console;

namespace Quickstart.Display;

/// <summary>The comparison.</summary>
internal static class FinalTable
{
    public static void Write(IReadOnlyList<Cell> cells)
    {
        var table = CellTable.WithColumns("ok", "theoretical", "quota used", "429", "worst*");
        foreach (var cell in cells)
        {
            var report = cell.Report;
            CellTable.AddRow(table, cell, [$"{report.Ok}", $"{report.Theoretical}", Percent.Of(report), CellTable.Refusals(report), $"{report.Worst}"]);
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine("* most admitted within any one window; for concurrency, at once");
        foreach (var strategy in Strategy.All)
            AnsiConsole.WriteLine($"{strategy.Name,-5} = {strategy.Description}");
        AnsiConsole.WriteLine();
    }
}
