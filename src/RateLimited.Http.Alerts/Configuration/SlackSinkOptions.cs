namespace RateLimited.Http.Alerts.Configuration;

/// <summary>A channel of Slack's.</summary>
public sealed class SlackSinkOptions
{
    /// <summary>The address of an incoming webhook, which is a secret. Default: null, no Slack.</summary>
    public string? Url { get; set; }

    /// <summary>From this severity on it is told. Default: <see cref="AlertSeverity.Info"/>, of everything.</summary>
    public AlertSeverity MinimumSeverity { get; set; }

    /// <summary>Whether the address may be one of another machine without TLS. Default: false.</summary>
    public bool AllowInsecure { get; set; }
}
