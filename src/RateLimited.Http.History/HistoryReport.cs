using RateLimited.Http.History.Queries;
using RateLimited.Http.History.Reports;

namespace RateLimited.Http.History;

/// <summary>What the limits of all services did within a day or a week. Immutable. Names in it are as callers gave them; the three forms that it is written in encode them.</summary>
public sealed record HistoryReport
{
    /// <summary>For how long before a report's period records are of use to it: rates by hour and weekday, and where they are going, are learned from them.</summary>
    public static readonly TimeSpan Background = TimeSpan.FromDays(28);

    /// <summary>What it is about.</summary>
    public required ReportPeriod Period { get; init; }

    /// <summary>The services, in the order of the alphabet.</summary>
    public required IReadOnlyList<ServiceReport> Services { get; init; }

    /// <summary>How many refusals of the period are known to be missing.</summary>
    public required long LostRefusals { get; init; }

    /// <summary>How many minutes of services within the period are known to be missing.</summary>
    public required long LostMinutes { get; init; }

    /// <summary>Makes the report of a period.</summary>
    /// <param name="period">The period.</param>
    /// <param name="records">The records of the period, in any order, and what there is of those before it, back to <see cref="Background"/>. Others are passed over.</param>
    /// <param name="presets">Which preset a service is compared with to say which tier would fit it; those that are not in it, with the preset of the service's own name, if there is one.</param>
    public static HistoryReport Of(ReportPeriod period, IEnumerable<HistoryRecord> records, IReadOnlyDictionary<string, string>? presets = null)
    {
        ArgumentNullException.ThrowIfNull(records);
        var tally = new HistoryTally(period);
        foreach (var record in records)
        {
            tally.Add(record);
        }

        return tally.Report(presets);
    }

    /// <summary>The first instant whose records are of use to a report.</summary>
    internal static DateTimeOffset FirstOf(ReportPeriod period) => period.From - DateTimeOffset.MinValue < Background ? DateTimeOffset.MinValue : period.From - Background;

    /// <summary>The report as plain text: tables, one service after the other. Nothing in it moves a cursor.</summary>
    public string ToText() => ReportText.Write(this);

    /// <summary>The report as one JSON document.</summary>
    public string ToJson() => ReportJson.Write(this);

    /// <summary>The report as one HTML page that needs no other file and runs no script.</summary>
    public string ToHtml() => ReportHtml.Write(this);
}
