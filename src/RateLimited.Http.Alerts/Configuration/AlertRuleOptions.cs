namespace RateLimited.Http.Alerts.Configuration;

/// <summary>What is set otherwise for one rule. What is null stays as it is: as for all services, or as the rule has it, which docs/alerts.md lists.</summary>
public sealed class AlertRuleOptions
{
    /// <summary>Whether the rule is looked at. An alert of it that is open when it is switched off recovers.</summary>
    public bool? Enabled { get; set; }

    /// <summary>How much it matters.</summary>
    public AlertSeverity? Severity { get; set; }

    /// <summary>Above it is too much, in the rule's unit: percent, milliseconds, a number or megabytes; from 0 to 10^9.</summary>
    public decimal? Above { get; set; }

    /// <summary>At this or below it is over, at most <see cref="Above"/>. Where only that is set, in the same proportion to it as the rule has.</summary>
    public decimal? RecoverAt { get; set; }

    /// <summary>For how long it must be too much before anybody is told: 0 to 24 h.</summary>
    public TimeSpan? For { get; set; }

    /// <summary>For how long it must be over before anybody is told: 0 to 24 h.</summary>
    public TimeSpan? RecoverFor { get; set; }

    /// <summary>For shares and percentiles: how many calls there must have been within five minutes; 1 to 1 000 000.</summary>
    public int? MinimumCalls { get; set; }
}
