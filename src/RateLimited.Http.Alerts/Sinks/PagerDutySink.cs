using System.Text.Json;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Sinks;

/// <summary>Opens an incident for each alert that fires and resolves it when it recovers; the alert's id tells both together, also when they are sent again. What was over before anybody was told makes none.</summary>
internal sealed class PagerDutySink(Uri address, string routingKey, SinkHttp http) : IAlertSink
{
    /// <summary>PagerDuty cuts there.</summary>
    private const int LongestSummary = 1_000;

    public string Name => "pagerduty";

    public async Task SendAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        foreach (var alert in notice.Fired.Where(static alert => alert.RecoveredAt is null))
        {
            await PostAsync(Trigger(notice, alert), cancellationToken).ConfigureAwait(false);
        }

        var untold = notice.Fired.Where(static alert => alert.RecoveredAt is not null).Select(static alert => alert.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var alert in notice.Recovered.Where(alert => !untold.Contains(alert.Id)))
        {
            await PostAsync(new PagerDutyEvent { RoutingKey = routingKey, Action = "resolve", DedupKey = alert.Id }, cancellationToken).ConfigureAwait(false);
        }
    }

    private PagerDutyEvent Trigger(AlertNotice notice, Alert alert) => new()
    {
        RoutingKey = routingKey,
        Action = "trigger",
        DedupKey = alert.Id,
        Payload = new PagerDutyPayload(
            Fault.Excerpt(alert.Summary, LongestSummary),
            notice.Source,
            alert.Severity switch { AlertSeverity.Critical => "critical", AlertSeverity.Warning => "warning", _ => "info" },
            alert.FiredAt,
            alert.Service,
            alert.Subject,
            alert.Rule),
    };

    private Task PostAsync(PagerDutyEvent happening, CancellationToken cancellationToken) =>
        http.PostAsync(address, JsonSerializer.SerializeToUtf8Bytes(happening, PagerDutyJson.Default.PagerDutyEvent), bearer: null, cancellationToken);
}
