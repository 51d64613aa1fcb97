using System.Text.Json;
using RateLimited.Http.Alerts.Notices;

namespace RateLimited.Http.Alerts.Sinks;

/// <summary>Writes into the channel of an incoming webhook (docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).</summary>
internal sealed class SlackSink(Uri address, SinkHttp http) : IAlertSink
{
    public string Name => "slack";

    public Task SendAsync(AlertNotice notice, CancellationToken cancellationToken)
    {
        var message = new SlackMessage(Escaped($"{NoticeText.Title(notice)}\n{NoticeText.Body(notice)}"), HasMarkup: false, UnfurlsLinks: false);
        return http.PostAsync(address, JsonSerializer.SerializeToUtf8Bytes(message, NoticeJson.Default.SlackMessage), bearer: null, cancellationToken);
    }

    /// <summary>The three characters that Slack makes links, mentions and entities of.</summary>
    private static string Escaped(string text) =>
        text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal);
}
