using RateLimited.Http.Alerts.Delivery;
using RateLimited.Http.Alerts.Notices;
using RateLimited.Http.Alerts.Rules;

namespace RateLimited.Http.Alerts.Watching;

/// <summary>All that is configured at one moment; replaced as a whole.</summary>
internal sealed record AlertPlan
{
    public required bool Enabled { get; init; }

    public required TimeSpan Interval { get; init; }

    public required TimeSpan GroupInterval { get; init; }

    public required int History { get; init; }

    public required string Source { get; init; }

    public required QuietHours? Quiet { get; init; }

    public required RuleBook Rules { get; init; }

    public required IReadOnlyList<SinkPlan> Sinks { get; init; }

    /// <summary>When a daily summary goes out, and by which clock; null for never.</summary>
    public required (TimeOnly At, TimeZoneInfo Zone)? Summary { get; init; }
}
