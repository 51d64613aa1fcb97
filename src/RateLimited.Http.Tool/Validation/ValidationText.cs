using System.Globalization;
using RateLimited.Http.Tool.Output;

namespace RateLimited.Http.Tool.Validation;

/// <summary>What was found, as people read it.</summary>
internal static class ValidationText
{
    public static void Write(Terminal terminal, ValidationReport report)
    {
        foreach (var fault in report.Faults)
        {
            var place = fault.Line is { } line ? string.Create(CultureInfo.InvariantCulture, $"{report.File}:{line}: ") : $"{report.File}: ";
            terminal.Line($"{place}{fault.Path}: {fault.Value} → {fault.Right}.");
        }

        if (report.UnlistedFaults > 0)
        {
            terminal.Line($"{report.UnlistedFaults} more faults are not listed.");
        }

        terminal.Line(report.Faults.Count == 0
            ? $"{report.File}: nothing is wrong with {(report.Services.Count == 1 ? "the service" : $"the {report.Services.Count} services")} {string.Join(", ", report.Services)}."
            : $"{report.File}: {Words.Amount(report.Faults.Count + report.UnlistedFaults, "fault")}.");
        if (report.Log is { } log)
        {
            WriteLog(terminal, log);
        }
    }

    private static void WriteLog(Terminal terminal, LogReport log)
    {
        if (log.Unlimited.Count == 0)
        {
            terminal.Line($"The log's {Words.Amount(log.Requests, "request")}: every endpoint has a limit of its own.");
            return;
        }

        terminal.Line();
        terminal.Title($"Of the log's {Words.Amount(log.Requests, "request")} these have no limit of their own:");
        var rows = new Rows("#requests", "service", "endpoint", "counted by");
        foreach (var endpoint in log.Unlimited)
        {
            rows.Add(endpoint.Requests.ToString(CultureInfo.InvariantCulture), endpoint.Service, endpoint.Endpoint, CountedByWords(endpoint.CountedBy));
        }

        terminal.Table(rows);
        if (log.UnlistedEndpoints > 0)
        {
            terminal.Line($"{log.UnlistedEndpoints} more endpoints are not listed.");
        }
    }

    private static string CountedByWords(CountedBy countedBy) => countedBy switch
    {
        CountedBy.Service => "the service's limits",
        CountedBy.Global => "the limits over all services",
        CountedBy.Nothing => "nothing",
        _ => "nothing: the service is not configured",
    };
}
