namespace RateLimited.Http.Alerts.Configuration;

/// <summary>An address that notices are posted to as JSON.</summary>
public sealed class WebhookSinkOptions
{
    /// <summary>The address, of at most 2 000 characters. It is taken for a secret, and never shown. Default: null, no webhook.</summary>
    public string? Url { get; set; }

    /// <summary>What is sent as <c>Authorization: Bearer …</c>; a secret. Default: null, nothing.</summary>
    public string? Token { get; set; }

    /// <summary>From this severity on it is told. Default: <see cref="AlertSeverity.Info"/>, of everything.</summary>
    public AlertSeverity MinimumSeverity { get; set; }

    /// <summary>Whether the address may be one of another machine without TLS. Default: false.</summary>
    public bool AllowInsecure { get; set; }
}
