namespace RateLimited.Http;

/// <summary>One episode of one rule: something was over its threshold for long enough, and perhaps is no more. Immutable.</summary>
public sealed record Alert
{
    /// <summary>What tells it from all others, of this process and of others.</summary>
    public required string Id { get; init; }

    /// <summary>The rule's name, such as <c>UsageHigh</c>.</summary>
    public required string Rule { get; init; }

    /// <summary>How much it matters.</summary>
    public required AlertSeverity Severity { get; init; }

    /// <summary>The service's name; null for what concerns the whole process.</summary>
    public required string? Service { get; init; }

    /// <summary>The name of the limit, the key or the budget; null where the rule has no more to name than the service.</summary>
    public required string? Subject { get; init; }

    /// <summary>One sentence for a person. Names of the configuration stand in it as they are: whoever shows it shows it as text.</summary>
    public required string Summary { get; init; }

    /// <summary>What was measured when it fired, in the rule's unit: percent, milliseconds, a number or megabytes; 1 where there is nothing to measure.</summary>
    public required double Value { get; init; }

    /// <summary>Since when it was over the threshold.</summary>
    public required DateTimeOffset BeganAt { get; init; }

    /// <summary>When it had been for long enough.</summary>
    public required DateTimeOffset FiredAt { get; init; }

    /// <summary>When it was over; null while it is not.</summary>
    public DateTimeOffset? RecoveredAt { get; init; }

    /// <summary>When somebody said that he knows of it; null while nobody has.</summary>
    public DateTimeOffset? AcknowledgedAt { get; init; }

    /// <summary>Who said so, as far as that is known.</summary>
    public string? AcknowledgedBy { get; init; }
}
