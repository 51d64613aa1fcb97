namespace RateLimited.Http.Alerts.Configuration;

/// <summary>The log as a sink: a line for each alert that fires or recovers, in the category <c>RateLimited.Http.Alerts</c>.</summary>
public sealed class LogSinkOptions
{
    /// <summary>Whether it is one. Default: true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>From this severity on it is told. Default: <see cref="AlertSeverity.Info"/>, of everything.</summary>
    public AlertSeverity MinimumSeverity { get; set; }
}
