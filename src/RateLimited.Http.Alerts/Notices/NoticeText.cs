using System.Globalization;
using System.Text;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Notices;

/// <summary>A notice as people read it: a title of one line, and a line for each alert. Plain text; names in it are on one line, whatever they hold. Pure.</summary>
internal static class NoticeText
{
    /// <summary>More nobody reads in a message.</summary>
    public const int MostLines = 40;

    private const int LongestLine = 300;

    public static string Title(AlertNotice notice)
    {
        if (notice.Kind == NoticeKind.DailySummary)
        {
            var open = notice.Fired.Count(static alert => alert.RecoveredAt is null);
            return Line($"{notice.Source}: alerts of the day, {open} open, {notice.Recovered.Count} over");
        }

        var stillOpen = notice.Fired.Where(static alert => alert.RecoveredAt is null).ToList();
        return (stillOpen.Count, notice.Recovered.Count) switch
        {
            (1, 0) => Line($"{Word(notice.Severity)}: {stillOpen[0].Summary}"),
            (0, 1) => Line($"Recovered: {notice.Recovered[0].Summary}"),
            (not 0, _) => Line($"{Word(notice.Severity)}: {notice.Rule}, {stillOpen.Count} fired, {notice.Recovered.Count} recovered"),
            _ => Line($"Recovered: {notice.Rule}, {notice.Recovered.Count + notice.Unlisted} alerts"),
        };
    }

    /// <summary>All of it but the title.</summary>
    public static string Body(AlertNotice notice)
    {
        var lines = new List<string>();
        lines.AddRange(notice.Fired.Where(static alert => alert.RecoveredAt is null).Select(Firing));
        lines.AddRange(notice.Recovered.Select(Recovered));
        var text = new StringBuilder();
        foreach (var line in lines.Take(MostLines))
        {
            text.Append(line).Append('\n');
        }

        var left = lines.Count - MostLines;
        if (left > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"and {left} more\n");
        }

        if (notice.Unlisted > 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"{notice.Unlisted} more fired and recovered before this was sent.\n");
        }

        if (notice.IsHeld)
        {
            text.Append("Held back during quiet hours.\n");
        }

        if (lines.Count == 0)
        {
            text.Append("Nothing fired, and nothing is open.\n");
        }

        return text.Append(CultureInfo.InvariantCulture, $"From {Line(notice.Source)}, {Time(notice.At)}.\n").ToString();
    }

    private static string Firing(Alert alert)
    {
        var known = alert.AcknowledgedAt is null ? string.Empty : $"; acknowledged{(alert.AcknowledgedBy is { } by ? $" by {by}" : string.Empty)}";
        return Line($"FIRING [{Word(alert.Severity)}] {alert.Summary} Since {Time(alert.BeganAt)}{known}");
    }

    private static string Recovered(Alert alert) =>
        Line($"RECOVERED [{Word(alert.Severity)}] {alert.Summary} From {Time(alert.FiredAt)} to {Time(alert.RecoveredAt!.Value)}");

    private static string Word(AlertSeverity severity) => severity.ToString();

    private static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static string Line(string text) => Fault.Excerpt(text, LongestLine);
}
