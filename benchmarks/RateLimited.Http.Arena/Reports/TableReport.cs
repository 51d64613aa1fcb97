using System.Globalization;
using RateLimited.Http.Arena.Cells;
using Spectre.Console;

namespace RateLimited.Http.Arena.Reports;

/// <summary>The run as tables on the terminal, one for each demand and number of processes.</summary>
internal static class TableReport
{
    private const int Wide = 140;

    public static void Write(ArenaDocument document)
    {
        if (Console.IsOutputRedirected)
        {
            AnsiConsole.Profile.Width = Wide;
        }

        foreach (var group in document.Results.GroupBy(static result => (result.Cell.Demand, result.Cell.Processes)))
        {
            AnsiConsole.Write(TableOf($"{group.Key.Demand} demand, {(group.Key.Processes == 1 ? "one process" : $"{group.Key.Processes} processes that share the quota")}", group));
        }

        var misses = document.Misses.ToArray();
        AnsiConsole.WriteLine(misses.Length == 0 ? "Ours reached all that it must." : "Ours missed:");
        foreach (var miss in misses)
        {
            AnsiConsole.WriteLine($"  {miss}");
        }
    }

    private static Table TableOf(string title, IEnumerable<CellResult> results)
    {
        var table = new Table().Title(title).RoundedBorder().AddColumns("upstream", "strategy");
        foreach (var figure in (string[])["ok", "theoretical", "used", "429", "wasted", "failed", "p50", "p99", "fairness", "keys"])
        {
            table.AddColumn(new TableColumn(figure).RightAligned());
        }

        foreach (var upstream in results.GroupBy(static result => result.Cell.Upstream.Name))
        {
            foreach (var (row, result) in upstream.Index())
            {
                table.AddRow(row == 0 ? upstream.Key : "", result.Cell.Strategy.Name, Text(result.Ok), Text(result.Theoretical), Figures.Percent(result.Utilisation),
                    Text(result.Status429), Text(result.Wasted), Text(result.Failed), Figures.Wait(result.P50), Figures.Wait(result.P99), Figures.Index(result.Jain), Figures.Percent(result.KeyDeviation));
            }

            table.AddEmptyRow();
        }

        return table;
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
