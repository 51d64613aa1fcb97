namespace RateLimited.Http.Alerts.Configuration;

/// <summary>A service of PagerDuty's, by its Events API v2.</summary>
public sealed class PagerDutySinkOptions
{
    /// <summary>The integration's key, a secret. Default: null, no PagerDuty.</summary>
    public string? RoutingKey { get; set; }

    /// <summary>Where events go. Default: <c>https://events.pagerduty.com/v2/enqueue</c>; accounts in the EU have another.</summary>
    public string Url { get; set; } = "https://events.pagerduty.com/v2/enqueue";

    /// <summary>From this severity on it is told. Default: <see cref="AlertSeverity.Critical"/>.</summary>
    public AlertSeverity MinimumSeverity { get; set; } = AlertSeverity.Critical;

    /// <summary>Whether the address may be one of another machine without TLS. Default: false.</summary>
    public bool AllowInsecure { get; set; }
}
