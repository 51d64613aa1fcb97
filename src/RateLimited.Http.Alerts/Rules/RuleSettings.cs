namespace RateLimited.Http.Alerts.Rules;

/// <summary>How one rule is set for one service. Immutable.</summary>
internal sealed record RuleSettings
{
    public required bool Enabled { get; init; }

    public required AlertSeverity Severity { get; init; }

    /// <summary>Above it is too much.</summary>
    public required double Above { get; init; }

    /// <summary>Whether <see cref="Above"/> itself is too much already.</summary>
    public bool IncludesThreshold { get; init; }

    /// <summary>At this or below it is over. What lies between is neither: whoever fires goes on, and who does not does not begin.</summary>
    public required double RecoverAt { get; init; }

    /// <summary>For how long it must be too much.</summary>
    public required TimeSpan For { get; init; }

    /// <summary>For how long it must be over.</summary>
    public required TimeSpan RecoverFor { get; init; }

    /// <summary>How much must have happened for a share or a percentile to mean anything.</summary>
    public required int MinimumCalls { get; init; }

    public bool IsTooMuch(double? value) => value > Above || (IncludesThreshold && value >= Above);

    /// <summary>Where nothing is measured any more it is over, too.</summary>
    public bool IsOver(double? value) => !IsTooMuch(value) && !(value > RecoverAt);
}
