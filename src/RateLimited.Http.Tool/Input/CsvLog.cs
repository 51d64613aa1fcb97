using RateLimited.Http.Configuration;

namespace RateLimited.Http.Tool.Input;

/// <summary>An access log as CSV. The first line names the fields; they are parted by commas, or by semicolons or tabs if those come first.</summary>
internal static class CsvLog
{
    public static IEnumerable<LogEntry> Read(string path, LogText text, LogFields fields)
    {
        var rows = new CsvRows(path, text);
        string[] names = [.. rows.Next() ?? []];
        if (!names.Any(LogFields.IsTime))
        {
            throw new BadInputException($"{InputFile.Shown(path)}, line 1: no field 'time' → CSV whose first line names its fields, among them 'time', or JSON Lines.");
        }

        while (rows.Next() is { } row)
        {
            var place = $"{InputFile.Shown(path)}, line {rows.Line}";
            if (row.Count > names.Length)
            {
                throw new BadInputException($"{place}: {row.Count} fields → {names.Length}, as the first line names.");
            }

            for (var i = 0; i < row.Count; i++)
            {
                if (fields.Take(names[i], row[i]) is { } right)
                {
                    throw new BadInputException($"{place}, {Fault.Excerpt(names[i])}: {Fault.Quote(row[i])} → {right}.");
                }
            }

            yield return fields.End() ?? throw new BadInputException($"{place}: no time → one.");
        }
    }
}
