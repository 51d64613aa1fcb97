using System.Text.Json;
using System.Xml.Linq;
using RateLimited.Http.Alerts.Configuration;
using RateLimited.Http.Alerts.Rules;
using RateLimited.Http.Configuration;
using RateLimited.Http.Tests.Structure;

namespace RateLimited.Http.Alerts.Tests.Configuration;

/// <summary>The schema that editors complete the section by, held to what is read.</summary>
public sealed class AlertSchemaTests
{
    private const string Folder = "src/RateLimited.Http.Alerts";
    private const string Place = "definitions/rateLimitingAlert";

    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllText(Repository.PathOf($"{Folder}/ConfigurationSchema.json"))).RootElement;

    [Fact]
    public void Every_key_that_is_read_is_in_the_schema_and_every_other_is_not()
    {
        Same("s", AlertSectionReader.Keys);
        Same("Rule", AlertSectionReader.RuleKeys);
        Same("QuietHours", AlertSectionReader.QuietKeys);
        Same("Delivery", AlertSectionReader.DeliveryKeys);
        Same("Sinks", SinkSectionReader.Keys);
        Same("Log", SinkSectionReader.LogKeys);
        Same("Webhook", SinkSectionReader.WebhookKeys);
        Same("Slack", SinkSectionReader.SlackKeys);
        Same("PagerDuty", SinkSectionReader.PagerDutyKeys);
        Same("Email", SinkSectionReader.EmailKeys);
        SameNames("Rules", RuleCompiler.Names);
        SameNames("ServiceRules", KnownRules.All.Where(static rule => rule.OfService is not null).Select(static rule => rule.Name));
        At("properties/RateLimiting/properties/Alerts").GetProperty("$ref").GetString().ShouldBe("#/definitions/rateLimitingAlerts");
        Schema.GetProperty("definitions").EnumerateObject().Count().ShouldBe(12);

        static void Same<T>(string name, IReadOnlyList<SectionKey<T>> keys) => SameNames(name, keys.Select(static key => key.Name));

        static void SameNames(string name, IEnumerable<string> names)
        {
            var section = At($"{Place}{name}");
            section.GetProperty("properties").EnumerateObject().Select(static key => key.Name).ShouldBe(names);
            section.GetProperty("additionalProperties").ValueKind.ShouldBe(JsonValueKind.False);
            section.GetProperty("properties").EnumerateObject().Where(static key => !key.Value.TryGetProperty("description", out _) && !key.Value.TryGetProperty("$ref", out _)).ShouldBeEmpty();
        }
    }

    [Fact]
    public void Ranges_and_defaults_are_those_of_the_code()
    {
        var options = new AlertOptions();
        Number("s/properties/History", AlertBounds.History, options.History);
        Number("Delivery/properties/Outbox", AlertBounds.Outbox, options.Delivery.Outbox);
        Number("Email/properties/Port", AlertBounds.Port, options.Email.Port);
        Number("Rule/properties/MinimumCalls", AlertBounds.MinimumCalls, otherwise: null);
        foreach (var key in new[] { "Above", "RecoverAt" })
        {
            (At($"{Place}Rule/properties/{key}").GetProperty("minimum").GetDecimal(), At($"{Place}Rule/properties/{key}").GetProperty("maximum").GetDecimal()).ShouldBe((AlertBounds.Threshold.Min, AlertBounds.Threshold.Max));
        }

        Duration("s/properties/Interval").ShouldBe(options.Interval);
        Duration("s/properties/GroupInterval").ShouldBe(options.GroupInterval);
        Duration("Delivery/properties/Timeout").ShouldBe(options.Delivery.Timeout);
        Duration("Delivery/properties/GiveUpAfter").ShouldBe(options.Delivery.GiveUpAfter);
        Severity("Log", options.Log.MinimumSeverity);
        Severity("Webhook", options.Webhook.MinimumSeverity);
        Severity("Slack", options.Slack.MinimumSeverity);
        Severity("PagerDuty", options.PagerDuty.MinimumSeverity);
        Severity("Email", options.Email.MinimumSeverity);
        At($"{Place}QuietHours/properties/Passes").GetProperty("default").GetString().ShouldBe(new QuietHoursOptions().Passes.ToString());
        At($"{Place}PagerDuty/properties/Url").GetProperty("default").GetString().ShouldBe(options.PagerDuty.Url);
        At($"{Place}Email/properties/Security").GetProperty("enum").EnumerateArray().Select(static name => name.GetString()).ShouldBe(Enum.GetNames<MailSecurity>());
        At($"{Place}Email/properties/Security").GetProperty("default").GetString().ShouldBe(options.Email.Security.ToString());
        (At($"{Place}s/properties/Enabled").GetProperty("default").GetBoolean(), At($"{Place}Log/properties/Enabled").GetProperty("default").GetBoolean()).ShouldBe((options.Enabled, options.Log.Enabled));

        static void Number(string place, NumberRange range, long? otherwise)
        {
            var number = At($"{Place}{place}");
            (number.GetProperty("minimum").GetInt64(), number.GetProperty("maximum").GetInt64()).ShouldBe((range.Min, range.Max), place);
            (number.TryGetProperty("default", out var value) ? value.GetInt64() : (long?)null).ShouldBe(otherwise, place);
        }

        static void Severity(string sink, AlertSeverity otherwise)
        {
            var severity = At($"{Place}{sink}/properties/MinimumSeverity");
            severity.GetProperty("enum").EnumerateArray().Select(static name => name.GetString()).ShouldBe(Enum.GetNames<AlertSeverity>());
            severity.GetProperty("default").GetString().ShouldBe(otherwise.ToString());
        }

        static TimeSpan Duration(string place) => DurationText.TryParse(At($"{Place}{place}").GetProperty("default").GetString(), out var value) ? value : TimeSpan.MinValue;
    }

    [Fact]
    public void The_package_hands_the_schema_to_editors()
    {
        var segment = XDocument.Load(Repository.PathOf($"{Folder}/buildTransitive/RateLimited.Http.Alerts.targets")).Descendants("JsonSchemaSegment").ShouldHaveSingleItem();
        segment.Attribute("Include")!.Value.ShouldBe("$(MSBuildThisFileDirectory)../ConfigurationSchema.json");
        XDocument.Load(Repository.PathOf($"{Folder}/RateLimited.Http.Alerts.csproj")).Descendants("None").Select(static item => $"{item.Attribute("Include")?.Value} → {item.Attribute("PackagePath")?.Value}")
            .ShouldBe(["ConfigurationSchema.json → /", "buildTransitive/RateLimited.Http.Alerts.targets → buildTransitive/"]);
    }

    private static JsonElement At(string place) => place.Split('/').Aggregate(Schema, static (element, key) => element.GetProperty(key));
}
