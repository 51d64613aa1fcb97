using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Sinks;

/// <summary>
/// Opens an incident for each alert that fires and resolves it when it recovers. What tells both together is what it is about and who says so, and not the alert's id: a program that was restarted in the midst of an incident finds that
/// one again. What was over before anybody was told makes none.
/// </summary>
internal sealed class PagerDutySink(Uri address, string routingKey, SinkHttp http) : IAlertSink
{
    /// <summary>PagerDuty cuts there.</summary>
    private const int LongestSummary = 1_000;

    private const int KeyDigits = 32;

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
            await PostAsync(new PagerDutyEvent { RoutingKey = routingKey, Action = "resolve", DedupKey = KeyOf(notice.Source, alert) }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The same for the same rule, service and subject as long as the source calls itself the same; in a form of bounded length, as PagerDuty takes no more than 255 letters.</summary>
    internal static string KeyOf(string source, Alert alert)
    {
        // Each with its length before it: no two can be put together to look like another two.
        var names = string.Concat(new[] { source, alert.Rule, alert.Service, alert.Subject }.Select(static name => name is null ? "-:" : $"{name.Length}:{name}"));
        return $"rate-limits-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(names)))[..KeyDigits]}";
    }

    private PagerDutyEvent Trigger(AlertNotice notice, Alert alert) => new()
    {
        RoutingKey = routingKey,
        Action = "trigger",
        DedupKey = KeyOf(notice.Source, alert),
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
