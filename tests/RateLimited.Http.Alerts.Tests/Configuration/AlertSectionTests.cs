using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RateLimited.Http.Alerts.Configuration;
using RateLimited.Http.Alerts.Rules;
using RateLimited.Http.Tests.Configuration;

namespace RateLimited.Http.Alerts.Tests.Configuration;

/// <summary>The section, and what is said of what is wrong in it.</summary>
public sealed class AlertSectionTests
{
    private const string Secret = "CANARY-4711";

    [Fact]
    public void All_of_it_is_read()
    {
        var options = Read("""
            {
              "Enabled": false, "Interval": "5 s", "GroupInterval": "2 min", "History": 7, "Source": "orders",
              "QuietHours": { "From": "22:00", "To": "07:30", "TimeZone": "Europe/Berlin", "Passes": "Warning" },
              "Rules": { "UsageHigh": { "Enabled": true, "Severity": "Info", "Above": 85.5, "RecoverAt": 60, "For": "1 min", "RecoverFor": "2 min" }, "errorrate": { "MinimumCalls": 50 }, "LineFull": false },
              "Services": { "openai": { "UsageHigh": { "Above": 99 }, "ResponseTime": false } },
              "Delivery": { "Timeout": "3 s", "GiveUpAfter": "1 h", "Outbox": 10 },
              "Sinks": {
                "Log": { "Enabled": false, "MinimumSeverity": "Critical" },
                "Webhook": { "Url": "https://hook.test/x", "Token": "t", "MinimumSeverity": "Warning", "AllowInsecure": true },
                "Slack": { "Url": "https://slack.test/x", "MinimumSeverity": "Warning", "AllowInsecure": true },
                "PagerDuty": { "RoutingKey": "r", "Url": "https://events.eu.pagerduty.com/v2/enqueue", "MinimumSeverity": "Info", "AllowInsecure": true },
                "Email": { "Host": "mail.test", "Port": 465, "Security": "Tls", "From": "a@b.test", "To": [ "c@d.test", "e@f.test" ], "UserName": "u", "Password": "p", "MinimumSeverity": "Info", "DailySummary": "08:15", "TimeZone": "Asia/Tokyo", "AllowInsecure": true }
              }
            }
            """);

        (options.Enabled, options.Interval, options.GroupInterval, options.History, options.Source).ShouldBe((false, TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(2), 7, "orders"));
        var quiet = options.QuietHours!;
        (quiet.From, quiet.To, quiet.TimeZone, quiet.Passes).ShouldBe((new TimeOnly(22, 0), new TimeOnly(7, 30), "Europe/Berlin", AlertSeverity.Warning));
        var usage = options.Rules["UsageHigh"];
        (usage.Enabled, usage.Severity, usage.Above, usage.RecoverAt, usage.For, usage.RecoverFor).ShouldBe((true, AlertSeverity.Info, 85.5m, 60m, TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2)));
        (options.Rules["ErrorRate"].MinimumCalls, options.Rules["LineFull"].Enabled).ShouldBe((50, false));
        (options.Services["OpenAI"]["UsageHigh"].Above, options.Services["openai"]["ResponseTime"].Enabled).ShouldBe((99, false));
        (options.Delivery.Timeout, options.Delivery.GiveUpAfter, options.Delivery.Outbox).ShouldBe((TimeSpan.FromSeconds(3), TimeSpan.FromHours(1), 10));
        (options.Log.Enabled, options.Log.MinimumSeverity).ShouldBe((false, AlertSeverity.Critical));
        (options.Webhook.Url, options.Webhook.Token, options.Webhook.MinimumSeverity, options.Webhook.AllowInsecure).ShouldBe(("https://hook.test/x", "t", AlertSeverity.Warning, true));
        (options.Slack.Url, options.Slack.MinimumSeverity, options.Slack.AllowInsecure).ShouldBe(("https://slack.test/x", AlertSeverity.Warning, true));
        (options.PagerDuty.RoutingKey, options.PagerDuty.Url, options.PagerDuty.MinimumSeverity, options.PagerDuty.AllowInsecure).ShouldBe(("r", "https://events.eu.pagerduty.com/v2/enqueue", AlertSeverity.Info, true));
        var email = options.Email;
        (email.Host, email.Port, email.Security, email.From, string.Join(' ', email.To)).ShouldBe(("mail.test", 465, MailSecurity.Tls, "a@b.test", "c@d.test e@f.test"));
        (email.UserName, email.Password, email.MinimumSeverity, email.DailySummary, email.TimeZone, email.AllowInsecure).ShouldBe(("u", "p", AlertSeverity.Info, new TimeOnly(8, 15), "Asia/Tokyo", true));
    }

    [Fact]
    public void One_service_is_over_all_services_is_over_the_rule()
    {
        var book = RuleCompiler.Book(Read("""
            { "Rules": { "UsageHigh": { "Above": 40, "For": "1 min" } }, "Services": { "openai": { "UsageHigh": { "Severity": "Critical" } } } }
            """));
        var (usage, error) = (RuleCompiler.Find("UsageHigh")!, RuleCompiler.Find("ErrorRate")!);

        book.Of(usage, "github").ShouldBe(usage.Defaults with { Above = 40, RecoverAt = 37.5, For = TimeSpan.FromMinutes(1) }, "what is over stands in the same proportion to what is too much");
        book.Of(usage, "OPENAI").ShouldBe(usage.Defaults with { Above = 40, RecoverAt = 37.5, For = TimeSpan.FromMinutes(1), Severity = AlertSeverity.Critical });
        book.Of(error, "openai").ShouldBe(error.Defaults);
    }

    [Fact]
    public void Code_comes_on_top_of_the_section()
    {
        using var container = Configured.Container(Alerts("""{ "Rules": { "UsageHigh": { "Above": 90 } }, "History": 7 }"""), static services =>
            services.AddRateLimitAlerts(static alerts => alerts.Rule("UsageHigh", static usage => usage.For = TimeSpan.Zero).Rule("openai", "UsageHigh", static usage => usage.Above = 99)));
        var options = container.GetRequiredService<IOptionsFactory<AlertOptions>>().Create(Options.DefaultName);

        (options.Rules["UsageHigh"].Above, options.Rules["UsageHigh"].For, options.Services["openai"]["UsageHigh"].Above, options.History).ShouldBe((90, TimeSpan.Zero, 99, 7));
    }

    [Theory]
    [InlineData("""{ "Intervall": "5 s" }""", "RateLimiting:Alerts:Intervall: unknown key → perhaps 'Interval'")]
    [InlineData("""{ "Interval": "2 min" }""", "RateLimiting:Alerts:Interval: '2 min' → a duration from 1 s to 1 min")]
    [InlineData("""{ "Rules": { "UsageHi": { "Above": 1 } } }""", "RateLimiting:Alerts:Rules:UsageHi: unknown rule → perhaps 'UsageHigh'")]
    [InlineData("""{ "Rules": { "UsageHigh": "off" } }""", "RateLimiting:Alerts:Rules:UsageHigh: 'off' → true, false, or a section")]
    [InlineData("""{ "Rules": { "UsageHigh": { "RecoverAt": 81 } } }""", "RateLimiting:Alerts:Rules:UsageHigh:RecoverAt: 81 → at most 80")]
    [InlineData("""{ "Rules": { "UsageHigh": { "Above": 50 } }, "Services": { "a": { "UsageHigh": { "RecoverAt": 60 } } } }""", "RateLimiting:Alerts:Services:a:UsageHigh:RecoverAt: 60 → at most 50")]
    [InlineData("""{ "Rules": { "AllKeysOut": { "Above": 1 } } }""", "RateLimiting:Alerts:Rules:AllKeysOut:Above: 1 → nothing: this rule has no threshold")]
    [InlineData("""{ "Rules": { "LineFull": { "MinimumCalls": 5 } } }""", "RateLimiting:Alerts:Rules:LineFull:MinimumCalls: 5 → nothing")]
    [InlineData("""{ "Services": { "a": { "MemoryHigh": { "Above": 5 } } } }""", "RateLimiting:Alerts:Services:a:MemoryHigh: a rule over the whole process → it in RateLimiting:Alerts:Rules")]
    [InlineData("""{ "QuietHours": { "From": "22:00" } }""", "RateLimiting:Alerts:QuietHours:To: missing → a time of day")]
    [InlineData("""{ "QuietHours": { "From": "22:00", "To": "22:00" } }""", "RateLimiting:Alerts:QuietHours:To: the same as From")]
    [InlineData("""{ "QuietHours": { "From": "24:00", "To": "22:00" } }""", "RateLimiting:Alerts:QuietHours:From: '24:00' → a time of day")]
    [InlineData("""{ "QuietHours": { "From": "22:00", "To": "07:00", "TimeZone": "Mars" } }""", "RateLimiting:Alerts:QuietHours:TimeZone: 'Mars' → the IANA name")]
    [InlineData("""{ "Delivery": { "Outbox": 7 } }""", "RateLimiting:Alerts:Delivery:Outbox: '7' → a whole number from 8")]
    [InlineData("""{ "Sinks": { "Email": { "From": "a@b.test" } } }""", "RateLimiting:Alerts:Sinks:Email:Host: not right → the name of a mail server")]
    [InlineData("""{ "Sinks": { "Email": { "Host": "mail.test", "From": "a@b.test" } } }""", "RateLimiting:Alerts:Sinks:Email:To: not right → 1 to 50 addresses")]
    [InlineData("""{ "Sinks": { "Email": { "Host": "mail.test", "From": "a@b.test", "To": "c@d.test", "Security": "None" } } }""", "RateLimiting:Alerts:Sinks:Email:Security: not right → StartTls or Tls")]
    public void A_fault_says_where_what_and_what_would_be_right(string section, string says) => Faults(section).ShouldHaveSingleItem().ShouldStartWith(says);

    [Theory]
    [InlineData("""{ "Sinks": "https://hook.test/CANARY-4711" }""", "Sinks")]
    [InlineData("""{ "Sinks": { "Slack": "https://hook.test/CANARY-4711" } }""", "Sinks:Slack")]
    [InlineData("""{ "Sinks": { "Slack": { "Url": "http://hook.test/CANARY-4711" } } }""", "Sinks:Slack:Url")]
    [InlineData("""{ "Sinks": { "Webhook": { "Url": "CANARY-4711" } } }""", "Sinks:Webhook:Url")]
    [InlineData("""{ "Sinks": { "Webhook": { "Url": "https://hook.test/", "Token": "CANARY-4711 with a space" } } }""", "Sinks:Webhook:Token")]
    [InlineData("""{ "Sinks": { "PagerDuty": { "RoutingKey": "CANARY-4711\r\n" , "Url": "ftp://CANARY-4711" } } }""", "Sinks:PagerDuty:Url")]
    [InlineData("""{ "Sinks": { "Email": { "Host": "mail.test", "From": "a@b.test", "To": "c@d.test", "Password": "CANARY-4711" } } }""", "Sinks:Email:Password")]
    public void A_fault_of_a_sink_repeats_no_secret(string section, string path)
    {
        var fault = Faults(section).ShouldHaveSingleItem();

        fault.ShouldStartWith($"RateLimiting:Alerts:{path}: ");
        fault.ShouldNotContain(Secret);
    }

    private static IConfigurationRoot Alerts(string section) => Configured.Json($$"""{ "RateLimiting": { "Alerts": {{section}} } }""");

    private static AlertOptions Read(string section)
    {
        using var container = Configured.Container(Alerts(section), static services => services.AddRateLimitAlerts());
        return container.GetRequiredService<IOptionsFactory<AlertOptions>>().Create(Options.DefaultName);
    }

    private static IReadOnlyList<string> Faults(string section) => [.. Should.Throw<OptionsValidationException>(() => Read(section)).Failures];
}
