using RateLimited.Http.Configuration;

namespace RateLimited.Http.Alerts.Configuration;

/// <summary>Which alerts there are and who is told: the section <c>RateLimiting:Alerts</c>. A change of it takes effect while running; what is open and what waits to be delivered stays.</summary>
public sealed class AlertOptions
{
    /// <summary>Whether anything is looked at. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How often rules look: 1 s to 1 min. Default: 10 s.</summary>
    public TimeSpan Interval { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>For how long the alerts of one rule are gathered into one notice, from the first on: 0 to 1 h. Default: 30 s.</summary>
    public TimeSpan GroupInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How many alerts that are over are kept, in memory: 0 to 10 000. Default: 200.</summary>
    public int History { get; set; } = 200;

    /// <summary>Who notices say they come from: 1 to 64 characters. Default: null, the machine's name.</summary>
    public string? Source { get; set; }

    /// <summary>Hours in which notices are held back. Default: null, none.</summary>
    public QuietHoursOptions? QuietHours { get; set; }

    /// <summary>What is set otherwise for rules, by their names, in any case.</summary>
    public IDictionary<string, AlertRuleOptions> Rules { get; } = new Dictionary<string, AlertRuleOptions>(StringComparer.OrdinalIgnoreCase);

    /// <summary>The same for single services, by their names and then by the rules'.</summary>
    public IDictionary<string, IDictionary<string, AlertRuleOptions>> Services { get; } = new Dictionary<string, IDictionary<string, AlertRuleOptions>>(StringComparer.OrdinalIgnoreCase);

    /// <summary>How hard sinks are tried.</summary>
    public DeliveryOptions Delivery { get; } = new();

    /// <summary>The log.</summary>
    public LogSinkOptions Log { get; } = new();

    /// <summary>An address that notices are posted to.</summary>
    public WebhookSinkOptions Webhook { get; } = new();

    /// <summary>A channel of Slack's.</summary>
    public SlackSinkOptions Slack { get; } = new();

    /// <summary>A service of PagerDuty's.</summary>
    public PagerDutySinkOptions PagerDuty { get; } = new();

    /// <summary>Mail.</summary>
    public EmailSinkOptions Email { get; } = new();

    /// <summary>Sets a rule otherwise, for all services.</summary>
    /// <param name="rule">The rule's name, such as <c>UsageHigh</c>.</param>
    /// <param name="configure">Sets it.</param>
    /// <returns>The same options.</returns>
    public AlertOptions Rule(string rule, Action<AlertRuleOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(rule);
        ArgumentNullException.ThrowIfNull(configure);
        configure(Of(Rules, rule));
        return this;
    }

    /// <summary>Sets a rule otherwise for one service.</summary>
    /// <param name="service">The service's name.</param>
    /// <param name="rule">The rule's name.</param>
    /// <param name="configure">Sets it.</param>
    /// <returns>The same options.</returns>
    public AlertOptions Rule(string service, string rule, Action<AlertRuleOptions> configure)
    {
        ArgumentException.ThrowIfNullOrEmpty(service);
        ArgumentException.ThrowIfNullOrEmpty(rule);
        ArgumentNullException.ThrowIfNull(configure);
        configure(Of(RulesOf(service), rule));
        return this;
    }

    /// <summary>What could not be read.</summary>
    internal FaultList Faults { get; } = new();

    internal IDictionary<string, AlertRuleOptions> RulesOf(string service)
    {
        if (!Services.TryGetValue(service, out var rules))
        {
            Services.Add(service, rules = new Dictionary<string, AlertRuleOptions>(StringComparer.OrdinalIgnoreCase));
        }

        return rules;
    }

    internal static AlertRuleOptions Of(IDictionary<string, AlertRuleOptions> rules, string rule)
    {
        if (!rules.TryGetValue(rule, out var options))
        {
            rules.Add(rule, options = new AlertRuleOptions());
        }

        return options;
    }
}
