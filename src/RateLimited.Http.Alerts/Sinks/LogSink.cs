using Microsoft.Extensions.Logging;
using RateLimited.Http.Alerts.Delivery;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Sinks;

/// <summary>Writes a line for each alert that fires or recovers.</summary>
internal sealed class LogSink(ILogger log) : IAlertSink
{
    private const int LongestLine = 300;

    public string Name => "log";

    public Task SendAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        foreach (var alert in notice.Fired)
        {
            Fired(alert, Fault.Excerpt(alert.Summary, LongestLine));
        }

        foreach (var alert in notice.Recovered)
        {
            AlertsLog.Recovered(log, Fault.Excerpt(alert.Summary, LongestLine), alert.Rule, alert.Id);
        }

        return Task.CompletedTask;
    }

    private void Fired(Alert alert, string summary)
    {
        switch (alert.Severity)
        {
            case AlertSeverity.Critical:
                AlertsLog.FiredCritical(log, summary, alert.Rule, alert.Id);
                break;
            case AlertSeverity.Warning:
                AlertsLog.FiredWarning(log, summary, alert.Rule, alert.Id);
                break;
            default:
                AlertsLog.FiredInfo(log, summary, alert.Rule, alert.Id);
                break;
        }
    }
}
