using Spectre.Console;

namespace RateLimited.Http.Tool.Output;

/// <summary>A table's heads and rows. What is in them is shown as it is: nothing in it is markup.</summary>
/// <param name="heads">The columns' heads; one that begins with <c>#</c> is of numbers, and stands at the right.</param>
internal sealed class Rows(params string[] heads)
{
    private const string Gap = "  ";

    private readonly List<string[]> _rows = [];

    public int Count => _rows.Count;

    public Rows Add(params string[] cells)
    {
        if (cells.Length != heads.Length)
        {
            throw new ArgumentException($"{cells.Length} cells for {heads.Length} columns.", nameof(cells));
        }

        _rows.Add(cells);
        return this;
    }

    public Table ToTable()
    {
        var table = new Table().Border(TableBorder.Rounded);
        table.ShowHeaders = !heads.All(string.IsNullOrWhiteSpace);
        foreach (var head in heads)
        {
            var column = new TableColumn(Markup.Escape(head.TrimStart('#')));
            table.AddColumn(IsNumber(head) ? column.RightAligned() : column);
        }

        foreach (var row in _rows)
        {
            table.AddRow(row.Select(static cell => new Text(cell)));
        }

        return table;
    }

    public void WritePlain(TextWriter output)
    {
        string[] titles = [.. heads.Select(static head => head.TrimStart('#'))];
        string[][] shown = titles.All(string.IsNullOrWhiteSpace) ? [.. _rows] : [titles, .. _rows];
        var widths = heads.Select((_, column) => shown.Select(row => row[column].Length).DefaultIfEmpty().Max()).ToArray();
        foreach (var row in shown)
        {
            var cells = row.Select((cell, column) => IsNumber(heads[column]) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            output.WriteLine(string.Join(Gap, cells).TrimEnd());
        }
    }

    private static bool IsNumber(string head) => head.StartsWith('#');
}
