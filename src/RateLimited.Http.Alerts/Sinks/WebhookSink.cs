using System.Text.Json;

namespace RateLimited.Http.Alerts.Sinks;

/// <summary>Posts a notice as JSON: docs/alerts.md says what each field means.</summary>
internal sealed class WebhookSink(Uri address, string? token, SinkHttp http) : IAlertSink
{
    public string Name => "webhook";

    public Task SendAsync(AlertNotice notice, CancellationToken cancellationToken) =>
        http.PostAsync(address, JsonSerializer.SerializeToUtf8Bytes(notice, NoticeJson.Default.AlertNotice), token, cancellationToken);
}
