using System.Text;

namespace RateLimited.Http.History.Reports;

/// <summary>A report as plain text.</summary>
internal static class ReportText
{
    private const string Gap = "  ";

    public static string Write(HistoryReport report)
    {
        var text = new StringBuilder();
        foreach (var section in ReportOutline.Of(report))
        {
            if (text.Length > 0)
            {
                text.Append('\n');
            }

            text.Append(section.Title).Append('\n');
            if (section.Level < 3)
            {
                text.Append(section.Level == 1 ? '=' : '-', section.Title.Length).Append('\n');
            }

            foreach (var line in section.Lines)
            {
                text.Append(line).Append('\n');
            }

            if (section.Table is { } table)
            {
                Write(text, table);
            }
        }

        return text.ToString();
    }

    private static void Write(StringBuilder text, ReportTable table)
    {
        IReadOnlyList<string[]> rows = [[.. table.Heads.Select(ReportTable.Title)], .. table.Rows.Select(static row => row.Select(static cell => cell.Text).ToArray())];
        var widths = table.Heads.Select((_, column) => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            var cells = row.Select((cell, column) => ReportTable.IsNumber(table.Heads[column]) ? cell.PadLeft(widths[column]) : cell.PadRight(widths[column]));
            text.Append(string.Join(Gap, cells).TrimEnd()).Append('\n');
        }
    }
}
