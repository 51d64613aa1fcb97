using Quickstart.Clients;
using RateLimited.Http.Testing.Models;
using Spectre.Console;

namespace Quickstart.Display;

/// <summary>What the live and the final table have in common: a row for each cell, grouped by upstream, ours in front.</summary>
internal static class CellTable
{
    public static Table WithColumns(params ReadOnlySpan<string> figures)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn(new TableColumn("upstream").NoWrap()).AddColumn("client");
        foreach (var figure in figures)
            table.AddColumn(new TableColumn(figure).RightAligned());
        return table;
    }

    public static void AddRow(Table table, Cell cell, params ReadOnlySpan<string> figures)
    {
        var ours = cell.Strategy == Strategy.Ours;
        if (ours && table.Rows.Count > 0)
            table.AddEmptyRow();
        string[] row = [ours ? cell.Upstream.Name : "", ours ? "[bold]ours[/]" : cell.Strategy.Name, .. figures];
        table.AddRow(row);
    }

    public static string Refusals(LimitReport report) => report.Refused == 0 ? "[green]0[/]" : $"[red]{report.Refused}[/]";
}
