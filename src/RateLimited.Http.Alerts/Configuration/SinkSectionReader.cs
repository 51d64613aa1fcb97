using Microsoft.Extensions.Configuration;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Configuration;

/// <summary>Reads the section <c>Sinks</c>. No fault repeats an address, a key or a password, nor what stands where a section should: it may be one of them.</summary>
internal static class SinkSectionReader
{
    public static readonly IReadOnlyList<SectionKey<LogSinkOptions>> LogKeys =
    [
        new("Enabled", static (reader, section, log) => reader.Truth(section, value => log.Enabled = value)),
        new("MinimumSeverity", static (reader, section, log) => reader.Choice<AlertSeverity>(section, value => log.MinimumSeverity = value)),
    ];

    public static readonly IReadOnlyList<SectionKey<WebhookSinkOptions>> WebhookKeys =
    [
        new("Url", static (reader, section, webhook) => webhook.Url = reader.Text(section, AlertBounds.Address)),
        new("Token", static (reader, section, webhook) => webhook.Token = reader.Text(section, AlertBounds.Secret)),
        new("MinimumSeverity", static (reader, section, webhook) => reader.Choice<AlertSeverity>(section, value => webhook.MinimumSeverity = value)),
        new("AllowInsecure", static (reader, section, webhook) => reader.Truth(section, value => webhook.AllowInsecure = value)),
    ];

    public static readonly IReadOnlyList<SectionKey<SlackSinkOptions>> SlackKeys =
    [
        new("Url", static (reader, section, slack) => slack.Url = reader.Text(section, AlertBounds.Address)),
        new("MinimumSeverity", static (reader, section, slack) => reader.Choice<AlertSeverity>(section, value => slack.MinimumSeverity = value)),
        new("AllowInsecure", static (reader, section, slack) => reader.Truth(section, value => slack.AllowInsecure = value)),
    ];

    public static readonly IReadOnlyList<SectionKey<PagerDutySinkOptions>> PagerDutyKeys =
    [
        new("RoutingKey", static (reader, section, pager) => pager.RoutingKey = reader.Text(section, AlertBounds.Secret)),
        new("Url", static (reader, section, pager) => pager.Url = reader.Text(section, AlertBounds.Address) ?? pager.Url),
        new("MinimumSeverity", static (reader, section, pager) => reader.Choice<AlertSeverity>(section, value => pager.MinimumSeverity = value)),
        new("AllowInsecure", static (reader, section, pager) => reader.Truth(section, value => pager.AllowInsecure = value)),
    ];

    public static readonly IReadOnlyList<SectionKey<EmailSinkOptions>> EmailKeys =
    [
        new("Host", static (reader, section, email) => email.Host = reader.Text(section, "the name of a mail server")),
        new("Port", static (reader, section, email) => reader.Number(section, AlertBounds.Port, value => email.Port = (int)value)),
        new("Security", static (reader, section, email) => reader.Choice<MailSecurity>(section, value => email.Security = value)),
        new("From", static (reader, section, email) => email.From = reader.Text(section, AlertBounds.Mailbox)),
        new("To", static (reader, section, email) => ReadTo(reader, section, email.To)),
        new("UserName", static (reader, section, email) => email.UserName = reader.Text(section, "a name to log in with")),
        new("Password", static (reader, section, email) => email.Password = reader.Text(section, "the user's password")),
        new("MinimumSeverity", static (reader, section, email) => reader.Choice<AlertSeverity>(section, value => email.MinimumSeverity = value)),
        new("DailySummary", static (reader, section, email) => email.DailySummary = AlertSectionReader.ReadTime(reader, section)),
        new("TimeZone", static (reader, section, email) => email.TimeZone = reader.Text(section, LimitFaults.Zone)),
        new("AllowInsecure", static (reader, section, email) => reader.Truth(section, value => email.AllowInsecure = value)),
    ];

    public static readonly IReadOnlyList<SectionKey<AlertOptions>> Keys =
    [
        new("Log", static (reader, section, alerts) => ReadSink(reader, section, alerts.Log, LogKeys)),
        new("Webhook", static (reader, section, alerts) => ReadSink(reader, section, alerts.Webhook, WebhookKeys)),
        new("Slack", static (reader, section, alerts) => ReadSink(reader, section, alerts.Slack, SlackKeys)),
        new("PagerDuty", static (reader, section, alerts) => ReadSink(reader, section, alerts.PagerDuty, PagerDutyKeys)),
        new("Email", static (reader, section, alerts) => ReadSink(reader, section, alerts.Email, EmailKeys)),
    ];

    public static void Read(SectionReader reader, IConfigurationSection section, AlertOptions alerts) => ReadSink(reader, section, alerts, Keys);

    private static void ReadSink<T>(SectionReader reader, IConfigurationSection section, T sink, IReadOnlyList<SectionKey<T>> keys)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            reader.Refuse(section, "a value", $"a section with {string.Join(", ", keys.Select(static key => key.Name))}");
        }

        reader.Keys(section.GetChildren(), sink, keys);
    }

    private static void ReadTo(SectionReader reader, IConfigurationSection section, IList<string> to)
    {
        foreach (var child in reader.List(section, AlertBounds.Mailbox))
        {
            if (reader.Text(child, AlertBounds.Mailbox) is { } address)
            {
                to.Add(address);
            }
        }
    }
}
