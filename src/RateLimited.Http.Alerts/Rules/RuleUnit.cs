namespace RateLimited.Http.Alerts.Rules;

/// <summary>What a rule measures in.</summary>
internal enum RuleUnit
{
    Percent,
    Milliseconds,
    Number,
    Megabytes,

    /// <summary>Something is or is not: 1 or 0, without a threshold that could be set.</summary>
    State,
}
