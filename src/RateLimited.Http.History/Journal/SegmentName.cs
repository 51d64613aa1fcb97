using System.Globalization;

namespace RateLimited.Http.History.Journal;

/// <summary>The name of one file of a journal: <c>2026-11-26.0001.history</c>. Immutable.</summary>
/// <param name="Day">The day, in UTC, on which all of it was written.</param>
/// <param name="Number">Which of that day's it is, from 1.</param>
internal readonly record struct SegmentName(DateOnly Day, int Number)
{
    public const string Pattern = "*.history";

    private const string DayFormat = "yyyy-MM-dd";

    public static SegmentName? Parse(string file)
    {
        var parts = file.Split('.');
        return parts is [var day, var number, "history"]
            && DateOnly.TryParseExact(day, DayFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0
            ? new SegmentName(date, value)
            : null;
    }

    /// <summary>All files of a journal, the oldest first. None where there is no such directory.</summary>
    public static IReadOnlyList<SegmentName> In(string directory) => !Directory.Exists(directory)
        ? []
        : [.. Directory.EnumerateFiles(directory, Pattern).Select(static file => Parse(Path.GetFileName(file))).OfType<SegmentName>().OrderBy(static name => name.Day).ThenBy(static name => name.Number)];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Day:yyyy-MM-dd}.{Number:0000}.history");
}
