namespace RateLimited.Http.Alerts.Rules;

/// <summary>What a rule saw of one subject of one service, and how it is set there.</summary>
internal sealed record Observation(AlertRule Rule, RuleSettings Settings, string? Service, Measured Measured)
{
    /// <summary>What tells episodes apart: a rule fires once for a subject. Services are found in any case.</summary>
    public (string Rule, string? Service, string? Subject) Key => (Rule.Name, Service, Measured.Subject);
}
