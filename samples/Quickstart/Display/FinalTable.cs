using Quickstart.Clients;
using Spectre.Console;

namespace Quickstart.Display;

/// <summary>The comparison.</summary>
internal static class FinalTable
{
    public static void Write(IReadOnlyList<Cell> cells)
    {
        var table = CellTable.WithColumns("ok", "theoretical", "quota used", "429", "worst window*");
        foreach (var cell in cells)
        {
            var report = cell.Door.Report();
            CellTable.AddRow(table, cell, [$"{report.Ok}", $"{report.Theoretical}", Percent.Of(report), CellTable.Refusals(report), $"{report.Worst}"]);
        }

        AnsiConsole.Write(table);
        AnsiConsole.WriteLine("* the most the upstream let in within one window of 2 s; for concurrency, at once");
        foreach (var strategy in Strategy.All)
            AnsiConsole.WriteLine($"{strategy.Name,-5} = {strategy.Description}");
        AnsiConsole.WriteLine();
    }
}
