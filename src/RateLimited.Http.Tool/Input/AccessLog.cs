using System.Text;

namespace RateLimited.Http.Tool.Input;

/// <summary>
/// A recorded access log: CSV whose first line names the fields, or JSON Lines. Whatever it holds, no more of it is kept than the bounds say, and what is wrong in it is said with its line.
/// </summary>
internal static class AccessLog
{
    /// <summary>As much as simulating needs memory for at all.</summary>
    public const int MostEntries = 5_000_000;

    private const long MostBytes = 4L << 30;

    /// <param name="path">The file.</param>
    /// <param name="units">The units that costs are wanted of: fields of their names.</param>
    /// <param name="progress">Told how much of the file was read, from 0 to 1, now and then.</param>
    /// <returns>The requests by time; those of one instant in the order of the log.</returns>
    /// <exception cref="BadInputException">It cannot be read, or something is wrong in it.</exception>
    public static IReadOnlyList<LogEntry> Read(string path, IEnumerable<string> units, Action<double>? progress = null)
    {
        using var file = InputFile.Open(path, MostBytes);
        return Read(path, file, units, progress);
    }

    /// <summary>The same of a file that is open.</summary>
    public static IReadOnlyList<LogEntry> Read(string path, Stream file, IEnumerable<string> units, Action<double>? progress = null)
    {
        var entries = new List<LogEntry>();
        var isInOrder = true;
        using var reader = new StreamReader(file, Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
        try
        {
            foreach (var entry in Entries(path, new LogText(path, reader), new LogFields(units)))
            {
                if (entries.Count == MostEntries)
                {
                    throw new BadInputException($"{InputFile.Shown(path)}: more than {MostEntries} requests → at most so many.");
                }

                isInOrder &= entries.Count == 0 || entries[^1].Time <= entry.Time;
                entries.Add(entry);
                if (progress is not null && entries.Count % 10_000 == 0)
                {
                    progress((double)file.Position / Math.Max(file.Length, 1));
                }
            }
        }
        catch (IOException fault)
        {
            throw new BadInputException($"{InputFile.Shown(path)}: it cannot be read.", fault);
        }

        if (entries.Count == 0)
        {
            throw new BadInputException($"{InputFile.Shown(path)}: no requests → one at least.");
        }

        return isInOrder ? entries : [.. entries.OrderBy(static entry => entry.Time)];
    }

    private static IEnumerable<LogEntry> Entries(string path, LogText text, LogFields fields)
    {
        while (text.TryTake(' ') || text.TryTake('\r') || text.TryTake('\n'))
        {
        }

        return text.Peek() == '{' ? JsonLinesLog.Read(path, text, fields) : CsvLog.Read(path, text, fields);
    }
}
