namespace RateLimited.Http.History.Reports;

/// <summary>One cell of a table.</summary>
/// <param name="Text">What stands in it: as it may be shown on one line, and not encoded for anything.</param>
/// <param name="Share">Where it is a share, that share, so that it can be drawn.</param>
internal readonly record struct ReportCell(string Text, double? Share = null)
{
    public static implicit operator ReportCell(string text) => new(text);
}

/// <summary>A table.</summary>
/// <param name="Heads">The columns' heads; one that begins with <c>#</c> is of numbers, and stands at the right.</param>
/// <param name="Rows">The rows.</param>
internal sealed record ReportTable(IReadOnlyList<string> Heads, IReadOnlyList<ReportCell[]> Rows)
{
    public static bool IsNumber(string head) => head.StartsWith('#');

    public static string Title(string head) => head.TrimStart('#');
}

/// <summary>A part of a report.</summary>
/// <param name="Level">1 for the report itself, 2 for a service, 3 for a part of it.</param>
/// <param name="Title">Its title.</param>
/// <param name="Lines">What is said under it.</param>
/// <param name="Table">Its table, or null.</param>
internal sealed record ReportSection(int Level, string Title, IReadOnlyList<string> Lines, ReportTable? Table = null);
