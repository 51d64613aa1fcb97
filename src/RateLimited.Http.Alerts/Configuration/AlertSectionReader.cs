using System.Globalization;
using Microsoft.Extensions.Configuration;
using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Configuration;

/// <summary>Reads the section <c>RateLimiting:Alerts</c> but for its sinks.</summary>
internal static class AlertSectionReader
{
    public const string Name = "Alerts";

    private const string RuleRight = "true, false, or a section with Enabled, Severity, Above, RecoverAt, For, RecoverFor or MinimumCalls";

    public static readonly IReadOnlyList<SectionKey<AlertRuleOptions>> RuleKeys =
    [
        new("Enabled", static (reader, section, rule) => reader.Truth(section, value => rule.Enabled = value)),
        new("Severity", static (reader, section, rule) => reader.Choice<AlertSeverity>(section, value => rule.Severity = value)),
        new("Above", static (reader, section, rule) => reader.Amount(section, AlertBounds.Threshold, value => rule.Above = value)),
        new("RecoverAt", static (reader, section, rule) => reader.Amount(section, AlertBounds.Threshold, value => rule.RecoverAt = value)),
        new("For", static (reader, section, rule) => reader.Duration(section, AlertBounds.For, value => rule.For = value)),
        new("RecoverFor", static (reader, section, rule) => reader.Duration(section, AlertBounds.For, value => rule.RecoverFor = value)),
        new("MinimumCalls", static (reader, section, rule) => reader.Number(section, AlertBounds.MinimumCalls, value => rule.MinimumCalls = (int)value)),
    ];

    public static readonly IReadOnlyList<SectionKey<QuietHoursOptions>> QuietKeys =
    [
        new("From", static (reader, section, quiet) => quiet.From = ReadTime(reader, section)),
        new("To", static (reader, section, quiet) => quiet.To = ReadTime(reader, section)),
        new("TimeZone", static (reader, section, quiet) => quiet.TimeZone = reader.Text(section, LimitFaults.Zone)),
        new("Passes", static (reader, section, quiet) => reader.Choice<AlertSeverity>(section, value => quiet.Passes = value)),
    ];

    public static readonly IReadOnlyList<SectionKey<DeliveryOptions>> DeliveryKeys =
    [
        new("Timeout", static (reader, section, delivery) => reader.Duration(section, AlertBounds.Timeout, value => delivery.Timeout = value)),
        new("GiveUpAfter", static (reader, section, delivery) => reader.Duration(section, AlertBounds.GiveUpAfter, value => delivery.GiveUpAfter = value)),
        new("Outbox", static (reader, section, delivery) => reader.Number(section, AlertBounds.Outbox, value => delivery.Outbox = (int)value)),
    ];

    public static readonly IReadOnlyList<SectionKey<AlertOptions>> Keys =
    [
        new("Enabled", static (reader, section, alerts) => reader.Truth(section, value => alerts.Enabled = value)),
        new("Interval", static (reader, section, alerts) => reader.Duration(section, AlertBounds.Interval, value => alerts.Interval = value)),
        new("GroupInterval", static (reader, section, alerts) => reader.Duration(section, AlertBounds.GroupInterval, value => alerts.GroupInterval = value)),
        new("History", static (reader, section, alerts) => reader.Number(section, AlertBounds.History, value => alerts.History = (int)value)),
        new("Source", static (reader, section, alerts) => alerts.Source = reader.Text(section, AlertBounds.Source)),
        new("QuietHours", static (reader, section, alerts) => reader.Keys(section, alerts.QuietHours ??= new QuietHoursOptions(), QuietKeys)),
        new("Rules", static (reader, section, alerts) => ReadRules(reader, section, alerts.Rules)),
        new("Services", static (reader, section, alerts) => ReadServices(reader, section, alerts)),
        new("Delivery", static (reader, section, alerts) => reader.Keys(section, alerts.Delivery, DeliveryKeys)),
        new("Sinks", static (reader, section, alerts) => SinkSectionReader.Read(reader, section, alerts)),
    ];

    public static void Read(IConfigurationSection section, AlertOptions alerts) => new SectionReader(alerts.Faults).Keys(section, alerts, Keys);

    /// <summary>Written to the minute; null where that is not right, which is noted.</summary>
    public static TimeOnly? ReadTime(SectionReader reader, IConfigurationSection section)
    {
        if (reader.Text(section, AlertBounds.TimeOfDay) is not { } text)
        {
            return null;
        }

        if (TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return time;
        }

        reader.Refuse(section, Fault.Quote(text), AlertBounds.TimeOfDay);
        return null;
    }

    private static void ReadServices(SectionReader reader, IConfigurationSection section, AlertOptions alerts)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            reader.Refuse(section, Fault.Quote(section.Value), "a section of services, such as { \"openai\": { \"UsageHigh\": { \"Above\": 90 } } }");
        }

        foreach (var service in section.GetChildren())
        {
            ReadRules(reader, service, alerts.RulesOf(service.Key));
        }
    }

    private static void ReadRules(SectionReader reader, IConfigurationSection section, IDictionary<string, AlertRuleOptions> rules)
    {
        if (!string.IsNullOrWhiteSpace(section.Value))
        {
            reader.Refuse(section, Fault.Quote(section.Value), "a section of rules, such as { \"UsageHigh\": { \"Above\": 90 } }");
        }

        foreach (var child in section.GetChildren())
        {
            var rule = AlertOptions.Of(rules, child.Key);
            if (child.GetChildren().Any())
            {
                reader.Keys(child.GetChildren(), rule, RuleKeys);
            }
            else if (bool.TryParse(child.Value, out var isEnabled))
            {
                rule.Enabled = isEnabled;
            }
            else
            {
                reader.Refuse(child, Fault.Quote(child.Value), RuleRight);
            }
        }
    }
}
