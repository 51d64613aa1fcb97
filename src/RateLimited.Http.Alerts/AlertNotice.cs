namespace RateLimited.Http.Alerts;

/// <summary>
/// What people are told at once: the alerts of one rule and one severity that fired or recovered within the group interval. Every alert is in exactly one notice of those that fired and, once it is over, in exactly one
/// of those that recovered; it is the same one where it was over before anybody was told. Immutable.
/// </summary>
public sealed record AlertNotice
{
    /// <summary>What tells it from all others, of this process and of others.</summary>
    public required string Id { get; init; }

    /// <summary>What it is.</summary>
    public NoticeKind Kind { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Who says so: the options' <c>Source</c>.</summary>
    public required string Source { get; init; }

    /// <summary>The rule's name; empty in a daily summary.</summary>
    public required string Rule { get; init; }

    /// <summary>How much it matters; that of the worst in a daily summary.</summary>
    public required AlertSeverity Severity { get; init; }

    /// <summary>The alerts that fired, the oldest first.</summary>
    public required IReadOnlyList<Alert> Fired { get; init; }

    /// <summary>The alerts that recovered, the oldest first.</summary>
    public required IReadOnlyList<Alert> Recovered { get; init; }

    /// <summary>How many more fired and recovered before they were told, and were left out for their number.</summary>
    public int Unlisted { get; init; }

    /// <summary>Whether it was held back during quiet hours.</summary>
    public bool IsHeld { get; init; }
}
